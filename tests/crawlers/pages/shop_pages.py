"""Product pages as shop software really lays them out, built small: what surrounds a product is there to mislead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Page:
    """A built page and what a reader sees on it.

    Attributes:
        picture: a part of the main picture's address, or several of which one is in it.
        also_names, also_breadcrumbs: what a reader may call right as well.
    """

    url: str
    html: bytes
    name: str
    breadcrumbs: tuple[str, ...]
    picture: str | tuple[str, ...]
    sku: str | None = None
    also_names: tuple[str, ...] = ()
    also_breadcrumbs: tuple[tuple[str, ...], ...] = ()

    def shows(self, address: str) -> bool:
        return any(key in address for key in ([self.picture] if isinstance(self.picture, str) else self.picture))


PAGES: dict[str, Callable[[], Page]] = {}


def page(build: Callable[[], Page]) -> Callable[[], Page]:
    PAGES[build.__name__] = build
    return build


def add(
    layout: str,
    url: str,
    head: str,
    body: str,
    name: str,
    crumbs: Sequence[str],
    keys: Sequence[str],
    alt_names: Sequence[str] = (),
    alt_crumbs: Sequence[Sequence[str]] = (),
    charset: str = "utf-8",
) -> None:
    """One more layout, with what else a reader may call right."""
    text = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    PAGES[layout.replace("-", "_")] = lambda: Page(
        url, text.encode(charset, "replace"), name, tuple(crumbs), tuple(keys), also_names=tuple(alt_names), also_breadcrumbs=tuple(map(tuple, alt_crumbs))
    )


def html(title: str, body: str, head: str = "", charset: str = "utf-8", declared: str | None = None) -> bytes:
    declared = charset if declared is None else declared
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<!DOCTYPE html><html><head>{meta}<title>{title}</title>{head}</head><body>{body}</body></html>".encode(charset, "replace")


def menu(*names: str) -> str:
    return '<div class="header-nav"><ul>' + "".join(f'<li><a href="/list/{n}">{name}</a></li>' for n, name in enumerate(names)) + "</ul></div>"


def related(*names: str, heading: str = "猜你喜欢") -> str:
    cells = "".join(f'<li><a href="/item/9{n}.html"><img src="/pics/other{n}_160x160.jpg" width="160" height="160" alt="{name}"></a>'
                    f'<p class="p-name"><a href="/item/9{n}.html">{name}</a></p><p class="price">¥{n}9.00</p></li>' for n, name in enumerate(names))
    return f'<div class="recommend-box"><h3>{heading}</h3><ul>{cells}</ul></div>'


FOOTER = ('<div class="footer"><a href="/">首页</a> | <a href="/about">关于我们</a> | <a href="/help">帮助中心</a>'
          '<img src="/static/beian-icon.png" width="20"><p>© 2021</p></div>')


def crowded(page: Page) -> Page:
    """The same page between the things that surround a product at a large shop: what a reader sees of the product stays the same."""
    before = (
        '<div class="sitebar"><div class="w"><ul class="fl"><li class="dt">送货至：<a href="/area/1">北京</a></li><li><a href="/area/2">上海</a></li></ul><ul class="fr"><li>您好，请<a href="/login">登录</a></li>'
        '<li><a href="/register">免费注册</a></li><li><a href="/order">我的订单</a></li><li><a href="/vip">会员俱乐部</a></li><li><a href="/m"><img src="/static/phone-app.png" width="120" height="120" alt="手机版"></a></li></ul></div></div>'
        '<div class="search"><form><input name="q" value="搜索商品"></form><div class="hotwords">热门搜索：<a href="/s?q=1">开学季</a> <a href="/s?q=2">羽绒服</a> <a href="/s?q=3">手机</a> <a href="/s?q=4">牛奶</a></div></div>'
        '<div class="cate-all"><h2><a href="/all">全部商品分类</a></h2>' + "".join(
            f'<dl><dt><a href="/cat/{n}">{name}</a></dt><dd><a href="/cat/{n}/1">{name}一</a>|<a href="/cat/{n}/2">{name}二</a>|<a href="/cat/{n}/3">{name}三</a></dd></dl>'
            for n, name in enumerate(("图书音像", "家用电器", "手机数码", "服饰鞋帽", "食品生鲜"))) + "</div>"
        '<div class="focus"><a href="/act/618"><img src="/act/focus_1200x90.jpg" width="1200" height="90" alt="年中大促"></a></div>')
    after = (
        '<div class="tuijian"><h3>看了又看</h3>' + "".join(
            f'<div class="one"><a href="/item/8{n}.html"><img data-original="/pics/other{n}.jpg" src="/static/b.gif" width="220" height="220" alt="{name}"></a><a class="title" href="/item/8{n}.html">{name}</a><b>¥{n}8</b></div>'
            for n, name in enumerate(("收纳盒 三件套", "运动水杯", "蓝牙音箱"))) + "</div>"
        '<div class="detail-tab"><ul><li>商品介绍</li><li>规格参数</li><li>售后保障</li></ul></div><table class="spec"><tr><th>品牌</th><td>其他</td></tr><tr><th>产地</th><td>中国大陆</td></tr></table>'
        '<div class="ping"><h2>商品评价</h2><dl><dt><img src="/face/u1.jpg" width="50" height="50"></dt><dd>很好用，物流快 &gt; 期待下次</dd></dl></div>'
        '<div class="bottom-help"><dl><dt>购物指南</dt><dd><a href="/h/1">购物流程</a></dd><dd><a href="/h/2">会员介绍</a></dd></dl></div><p class="links"><a href="/a">关于我们</a> | <a href="/b">联系我们</a> | <a href="/c">人才招聘</a> | <a href="/d">友情链接</a></p>')
    head, body, rest = page.html.decode("utf-8", "surrogateescape").partition("<body>")
    inner, end, last = rest.rpartition("</body>")
    return replace(page, html=(head + body + before + inner + after + end + last).encode("utf-8", "surrogateescape"))
