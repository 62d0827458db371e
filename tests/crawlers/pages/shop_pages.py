"""Product pages as shop software really lays them out, built small: what surrounds a product is there to mislead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A built page and what a reader sees on it.

    Attributes:
        picture: a part of the main picture's address.
    """

    url: str
    html: bytes
    name: str
    breadcrumbs: tuple[str, ...]
    picture: str
    sku: str | None = None


PAGES: dict[str, Callable[[], Page]] = {}


def page(build: Callable[[], Page]) -> Callable[[], Page]:
    PAGES[build.__name__] = build
    return build


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


@page
def auction_item_gbk() -> Page:
    name = "雪纺连衣裙女2021夏季新款收腰显瘦气质法式碎花长裙"
    return Page(
        "https://item.taobao-like.example/item.htm?id=640012345678", html(
            f"{name}-淘宝网",
            '<div id="site-nav"><a href="https://www.taobao-like.example/">淘宝网首页</a></div>'
            '<div class="shop-hd"><a class="shop-name-link" href="//shop123.taobao-like.example">花间集旗舰小店</a></div>'
            '<div class="tb-item-info"><div class="tb-gallery"><div class="tb-booth tb-pic tb-main-pic"><a href="#">'
            '<img id="J_ImgBooth" src="//img.alicdn.example/imgextra/i1/4001/O1CN01main.jpg_400x400.jpg" data-hasZoom="700"></a></div>'
            '<ul id="J_UlThumb" class="tb-thumb"><li><a href="#"><img data-src="//img.alicdn.example/imgextra/i1/4001/O1CN01main.jpg_50x50.jpg"></a></li>'
            '<li><a href="#"><img data-src="//img.alicdn.example/imgextra/i2/4001/O1CN02back.jpg_50x50.jpg"></a></li></ul></div>'
            f'<div id="J_Title" class="tb-title"><h3 class="tb-main-title" data-title="{name}">\n   {name}\n </h3><p class="tb-subtitle">买二送一 全国包邮</p></div>'
            '<strong id="J_StrPrice"><em class="tb-rmb-num">128.00</em></strong></div>' + related("碎花半身裙夏", "法式吊带连衣裙") + FOOTER, charset="gbk"),
        name, (), "O1CN01main")


@page
def mall_item_heading_in_detail() -> Page:
    name = "北欧实木餐桌椅组合小户型长方形饭桌"
    return Page(
        "https://detail.tmall-like.example/item.htm?id=1", html(
            f"{name}-tmall.com天猫",
            '<div id="mallLogo"><a href="https://www.tmall-like.example/"><img src="/logo.png" alt="天猫Tmall.com"></a></div>'
            '<div class="slogo"><a class="slogo-shopname" href="/shop"><strong>林间家具旗舰店</strong></a></div>'
            '<div class="tb-gallery"><div class="tb-booth"><a><span id="J_ImgBoothWrap"><img id="J_ImgBooth" alt="' + name + '" src="//img.example/bao/table-a.jpg_430x430q90.jpg"></span></a></div>'
            '<ul class="tb-thumb tm-clear"><li><a><img src="//img.example/bao/table-a.jpg_60x60q90.jpg"></a></li><li><a><img src="//img.example/bao/table-b.jpg_60x60q90.jpg"></a></li></ul></div>'
            f'<div class="tb-wrap"><div class="tb-detail-hd"><h1 data-spm="1000983">\n{name}\n</h1><p class="newp">限时满减</p></div></div>' + related("实木茶几") + FOOTER),
        name, (), "table-a.jpg")


@page
def self_operated_with_crumb_menu() -> Page:
    name = "山泉牌 MT20 智能手机 6GB+128GB 极光色 全网通"
    return Page(
        "https://item.jd-like.example/100000177760.html", html(
            f"【山泉MT20】{name}【行情 报价 价格 评测】-京东",
            '<div id="logo"><a href="//www.jd-like.example/">京东</a></div>' + menu("秒杀", "优惠券", "PLUS会员")
            + '<div class="crumb-wrap" id="crumb-wrap"><div class="w"><div class="crumb fl clearfix">'
            '<div class="item first"><a href="//shouji.jd-like.example">手机通讯</a></div><div class="item sep">&gt;</div>'
            '<div class="item"><a href="//list.jd-like.example/list.html?cat=9987,653">手机</a></div><div class="item sep">&gt;</div>'
            '<div class="item"><a href="//list.jd-like.example/list.html?cat=9987,653,655">智能手机</a></div><div class="item sep">&gt;</div>'
            f'<div class="item ellipsis" title="{name}">{name}</div></div>'
            '<div class="contact fr clearfix"><div class="name"><a href="//mall.jd-like.example/1" title="山泉自营旗舰店">山泉自营旗舰店</a></div></div></div></div>'
            '<div class="product-intro"><div class="preview-wrap"><div class="preview" id="preview"><div id="spec-n1" class="jqzoom main-img">'
            f'<img id="spec-img" width="450" height="450" data-origin="//img14.360img.example/n1/s450x450_jfs/t1/phone-front.jpg" alt="{name}"></div>'
            '<div class="spec-list"><ul class="lh"><li><img src="//img14.360img.example/n5/s54x54_jfs/t1/phone-front.jpg" width="54" height="54"></li>'
            '<li><img src="//img14.360img.example/n5/s54x54_jfs/t1/phone-back.jpg" width="54" height="54"></li></ul></div></div></div>'
            f'<div class="itemInfo-wrap"><div class="sku-name">\n <img src="//img.example/tag.png" alt="京东超市"/> {name} </div><div class="news"><div class="item hide">新品上市</div></div></div></div>'
            '<div class="aside"><h1 style="display:none">店铺热销</h1></div>' + related("山泉 MT10", "山泉 耳机", heading="人气单品") + FOOTER,
            head='<meta name="keywords" content="山泉MT20,京东"><script>var pageConfig = {compatible: true, product: {modules: ["a"], skuid: 100000177760, '
                 f"name: '{name}', skuidkey:'X', src: 'jfs/t1/phone-front.jpg', imageList: [\"jfs/t1/phone-front.jpg\"], cat: [9987,653,655]}}}};</script>"),
        name, ("手机通讯", "手机", "智能手机"), "phone-front.jpg")


@page
def appliance_shop_with_badge_in_heading() -> Page:
    name = "凌云 KFR-35GW 大1.5匹 变频 冷暖 壁挂式空调"
    return Page(
        "https://product.suning-like.example/0000000000/1045.html", html(
            f"【凌云KFR-35GW】{name}【报价 价格 评测 怎么样】 -苏宁易购",
            '<div class="breadcrumb"><a class="ft" href="//list.suning-like.example/0-1.html" id="category1">大家电</a><span class="arrow">&gt;</span>'
            '<div class="dropdown"><span class="dropdown-text"><a href="//list.suning-like.example/0-2.html">空调</a></span><ul class="dropdown-list"><li><a href="#">冰箱</a></li><li><a href="#">洗衣机</a></li></ul></div>'
            '<span class="arrow">&gt;</span><a href="//list.suning-like.example/0-3.html">壁挂式空调</a><span class="arrow">&gt;</span>'
            f'<span class="breadcrumb-title" title="{name}">{name}</span></div>'
            '<div class="proinfo-container"><div class="imgzoom-container"><div class="imgzoom-main"><a id="bigImg" href="javascript:void(0)">'
            f'<img alt="{name}" src="//imgservice.example/uimg1/b2c/image/airco-1.jpg_400w_400h_4e" src-large="//imgservice.example/uimg1/b2c/image/airco-1.jpg_800w_800h_4e"></a></div></div>'
            f'<div class="proinfo-title"><h1 id="itemDisplayName"><span id="itemNameZy" class="proinfo-zy"><i>自营</i></span>\n {name} </h1><h2 id="promotionDesc">到手价2399</h2></div></div>' + FOOTER),
        name, ("大家电", "空调", "壁挂式空调"), "airco-1.jpg")


@page
def bookshop_title_with_reviews_suffix() -> Page:
    name = "长江边的旧书店"
    return Page(
        "http://product.dangdang-like.example/23456789.html", html(
            f"《{name}》(林舟)【简介_书评_在线阅读】 - 当当图书",
            '<div class="breadcrumb" id="breadcrumb"><a href="http://book.dangdang-like.example" class="domain"><b>图书</b></a><span>&gt;</span>'
            '<a href="http://category.dangdang-like.example/cp01.03.html">小说</a><span>&gt;</span><a href="http://category.dangdang-like.example/cp01.03.38.html">中国当代小说</a></div>'
            '<div class="product_main"><div class="pic_info"><div class="big_pic"><div class="pic" id="largePicDiv"><a class="img">'
            f'<img id="largePic" src="http://img3m9.ddimg.example/79/21/23456789-1_w_2.jpg" wsrc="http://img3m9.ddimg.example/79/21/23456789-1_w_2.jpg" alt="{name}"></a></div></div></div>'
            f'<div class="show_info"><div class="name_info"><h1 title="{name}">\n<img class="icon_name" src="/img/ziying_icon.png">{name} </h1><h2><span class="head_title_name" title="一部关于记忆的小说">一部关于记忆的小说</span></h2></div></div></div>'
            + related("江城旧事", heading="买过本商品的人还买了") + FOOTER, charset="gb18030", declared="gb2312"),
        name, ("图书", "小说", "中国当代小说"), "23456789-1_w_2")


@page
def appliance_shop_with_location_bar() -> Page:
    name = "晨光 XQB80 8公斤 全自动波轮洗衣机"
    return Page(
        "https://item.gome-like.example/9140022222-1130000.html", html(
            f"{name}【图片 价格 品牌 评价】-国美",
            '<div class="local wbox"><div class="local-brand"><a href="//list.gome-like.example/cat1.html">大家电</a> &gt; <a href="//list.gome-like.example/cat2.html">洗衣机</a> &gt; '
            '<a href="//list.gome-like.example/cat3.html">波轮洗衣机</a></div></div>'
            '<div class="pic-big"><div class="jqzoom"><img class="j-bpic-b" jqimg="//gfs.example/img/T1washer_800.jpg" gome-src="//gfs.example/img/T1washer_360.jpg" src="//gfs.example/img/grey.gif"></div></div>'
            f'<div class="prdtit"><h1 id="gm-prd-main">{name}</h1></div>' + related("晨光 XQG80") + FOOTER),
        name, ("大家电", "洗衣机", "波轮洗衣机"), "T1washer")


@page
def sale_shop_without_headings() -> Page:
    name = "春秋款纯棉圆领长袖T恤男"
    return Page(
        "https://detail.vip-like.example/detail-1710612-6918.html", html(
            f"{name}_海澜居男装专场-唯品会",
            '<div class="M-crumb"><ul class="crumb-list"><li><a href="https://www.vip-like.example/">首页</a></li><li>&gt;</li><li><a href="//list.vip-like.example/men">男装</a></li><li>&gt;</li>'
            '<li><a href="//list.vip-like.example/tee">T恤</a></li></ul></div>'
            '<div class="pic-slider"><div class="zoomPad"><a class="J-mer-bigImgZoom" href="//a.vpimg.example/upload/tee_1_1080x1080.jpg"><img src="//a.vpimg.example/upload/tee_1_420x420.jpg" width="420"></a></div>'
            '<div class="thumbs"><img src="//a.vpimg.example/upload/tee_1_64x64.jpg"><img src="//a.vpimg.example/upload/tee_2_64x64.jpg"></div></div>'
            f'<div class="pib-title"><p class="pib-title-class">海澜居</p><p class="pib-title-detail" title="{name}">{name}</p></div>' + related("纯棉短袖") + FOOTER),
        name, ("男装", "T恤"), "tee_1")


@page
def import_shop_slug_breadcrumb() -> Page:
    name = "新西兰进口 婴幼儿奶粉 3段 900克"
    return Page(
        "https://goods.kaola-like.example/product/12345.html", html(
            f"{name} - 网易考拉",
            '<div class="crumbs-new clearfix"><span><a href="https://www.kaola-like.example">首页</a></span> <i>&gt;</i> <span><a href="/category/1.html">母婴儿童</a></span> <i>&gt;</i> '
            f'<span><a href="/category/2.html">奶粉</a></span> <i>&gt;</i> <span class="crumbs-title">{name}</span></div>'
            '<div id="j-producthead"><div class="preview"><div id="showImgBox"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" data-src="//haitao.nosdn.example/milkpowder-800.jpg?imageView&thumbnail=430x430"></div></div>'
            f'<dl class="PInfo"><dt class="product-title">{name}</dt><dt class="subTit">官方正品</dt></dl></div>' + related("婴儿米粉") + FOOTER),
        name, ("母婴儿童", "奶粉"), "milkpowder")


@page
def wholesale_gallery_in_attributes() -> Page:
    name = "厂家直销 加厚PP收纳箱 透明整理箱 大号"
    return Page(
        "https://detail.1688-like.example/offer/556677.html", html(
            f"{name} - 阿里巴巴",
            '<div class="mod-detail-gallery"><ul class="nav nav-tabs"><li class="tab-trigger active" data-imgs=\'{"preview":"https://cbu01.example/img/ibank/box1.400x400.jpg","original":"https://cbu01.example/img/ibank/box1.jpg"}\'>'
            '<div class="vertical-img"><a class="box-img"><img src="https://cbu01.example/img/ibank/box1.60x60.jpg" alt="' + name + '"></a></div></li>'
            '<li class="tab-trigger" data-imgs=\'{"preview":"https://cbu01.example/img/ibank/box2.400x400.jpg","original":"https://cbu01.example/img/ibank/box2.jpg"}\'><div class="vertical-img"><a><img src="https://cbu01.example/img/ibank/box2.60x60.jpg"></a></div></li></ul></div>'
            f'<div id="mod-detail-title"><h1 class="d-title">{name}</h1></div><div class="company-name">台州某某塑料厂</div>' + FOOTER,
            head='<meta property="og:type" content="product"><meta name="description" content="阿里巴巴为您推荐">', charset="gbk"),
        name, (), "box1")


@page
def ecshop_you_are_here() -> Page:
    name = "手工紫砂壶 西施壶 200毫升"
    return Page(
        "http://www.chaju.example/goods.php?id=88", html(
            f"{name}_紫砂壶_茶具_茗香茶具商城 - Powered by ECShop",
            '<div class="top"><h1><a href="index.php"><img src="themes/default/images/logo.gif" alt="茗香茶具商城"></a></h1></div>'
            f'<div class="block box"><div id="ur_here">当前位置: <a href=".">首页</a> <code>&gt;</code> <a href="category.php?id=3">茶具</a> <code>&gt;</code> <a href="category.php?id=8">紫砂壶</a> <code>&gt;</code> {name}</div></div>'
            '<div id="goodsInfo"><div class="imgInfo"><a href="javascript:;"><img src="images/201909/goods_img/88_G_1568.jpg" alt="' + name + '" width="310" height="310"></a>'
            '<div class="picture"><ul><li><img src="images/201909/thumb_img/88_thumb_P_1.jpg"></li></ul></div></div>'
            f'<div class="textInfo"><div class="clearfix"><p class="f_l">{name}</p></div><ul><li>商品货号：ECS000088</li></ul></div></div>' + related("紫砂茶杯") + FOOTER),
        name, ("茶具", "紫砂壶"), "88_G_1568")


@page
def shopex_current_position() -> Page:
    name = "有机五常大米 5kg 真空装"
    return Page(
        "http://www.liangdian.example/product-120.html", html(
            f"{name}-粮店网上商城",
            '<div class="Navigation">您当前的位置：<span><a href="./" alt="" title="">首页</a></span><span>&raquo;</span><span><a href="gallery-1.html">粮油</a></span><span>&raquo;</span><span><a href="gallery-5.html">大米</a></span><span>&raquo;</span>'
            f'<span class="now">{name}</span></div>'
            '<div class="goods-pic"><div class="goods-detail-pic" bigpicsrc="images/goods/rice_big.jpg"><a href="images/goods/rice_big.jpg" target="_blank"><img class="goodsimg" src="images/goods/rice_mid.jpg"></a></div></div>'
            f'<form class="goods-action"><h1 class="goodsname">{name}</h1></form>' + FOOTER),
        name, ("粮油", "大米"), "rice_")


@page
def taiwan_mall_prices_in_crumb_list() -> Page:
    name = "日系簡約 棉麻寬鬆長袖襯衫 共三色"
    return Page(
        "https://24h.pchome-like.example/prod/DICM1A-A900B", html(
            f"{name} - PChome 24h購物",
            '<div id="Breadcrumb"><ul class="nav_path"><li><a href="https://24h.pchome-like.example/">24h購物</a></li><li class="arrow">›</li><li><a href="/sign/women">女裝</a></li><li class="arrow">›</li><li><a href="/store/shirt">襯衫</a></li></ul></div>'
            '<div class="prod_img"><a href="#"><img src="//a.ecimg.example/items/DICM1AA900B/000001_160000.jpg" alt="' + name + '"></a></div>'
            f'<h3 class="prod_name" id="NickContainer">{name}</h3><p class="slogan">今日下單明日到</p>' + related("棉麻長褲", heading="買了又買") + FOOTER,
            head=f'<meta property="og:title" content="{name}"><meta property="og:site_name" content="PChome 24h購物"><meta property="og:image" content="https://a.ecimg.example/items/DICM1AA900B/000001_160000.jpg">'),
        name, ("女裝", "襯衫"), "000001_160000")


@page
def taiwan_auction_single_page_app() -> Page:
    name = "無線藍牙耳機 降噪運動款"
    return Page(
        "https://shopee-like.example/product-i.1.2", html(
            f"{name} | 蝦皮購物",
            '<div id="main"></div><noscript>請開啟 JavaScript</noscript>',
            head=f'<meta property="og:title" content="{name} | 蝦皮購物"><meta property="og:image" content="https://cf.shopee-like.example/file/abcd1234earbuds"><meta property="og:site_name" content="蝦皮購物">'
                 f'<script type="application/json" id="state">{{"item":{{"item":{{"itemid":22,"name":"{name}","price":990,"stock":5,"images":["abcd"],"brand":"x"}}}}}}</script>'),
        name, (), "abcd1234earbuds")


@page
def taiwan_bookshop_shop_first() -> Page:
    name = "雨季的植物學"
    return Page(
        "https://www.books-like.example/products/0010900000", html(
            f"博客來-{name}",
            '<ul class="container_24 type02_breadcrumb"><li><a href="https://www.books-like.example/">博客來</a> &gt;</li><li><a href="/web/books">中文書</a> &gt;</li><li><a href="/web/sci">自然科普</a> &gt;</li><li>植物</li></ul>'
            f'<div class="mod type02_p002"><h1>{name}</h1><h2><a href="/search">Botany in the rain</a></h2></div>'
            '<div class="cnt_mod002 cover_img" id="M201106_0"><img class="cover M201106_0_getTakelook" src="https://im1.books-like.example/image/getImage?i=https://www.books-like.example/img/001/090/00/0010900000.jpg&v=5&w=348&h=348" alt="' + name + '"></div>' + related("種子的旅行") + FOOTER),
        name, ("中文書", "自然科普", "植物"), "0010900000.jpg")


@page
def taiwan_big5_page() -> Page:
    name = "手工鳳梨酥禮盒 十二入"
    return Page(
        "http://www.bakery.example.tw/goods/12", html(
            f"{name} - 老街餅舖",
            '<div id="path">您的位置：<a href="/">首頁</a> &gt; <a href="/c/1">糕餅</a> &gt; <a href="/c/2">鳳梨酥</a></div>'
            f'<table><tr><td><img src="/upload/pineapple_cake.jpg" width="300" height="300" alt="{name}"></td><td><span class="goods_name"><b>{name}</b></span></td></tr></table>' + FOOTER,
            charset="big5"),
        name, ("糕餅", "鳳梨酥"), "pineapple_cake")


@page
def japanese_mall_table_layout() -> Page:
    name = "国産はちみつ 百花蜜 1kg 送料無料"
    return Page(
        "https://item.rakuten-like.example/hachi/honey-1kg/", html(
            f"【楽天市場】{name}：はちみつ専門店 みつばち堂",
            '<table><tr><td class="sdtext"><a href="https://www.rakuten-like.example/hachi/">トップ</a> &gt; <a href="/hachi/c/01/">はちみつ</a> &gt; <a href="/hachi/c/02/">国産</a></td></tr></table>'
            '<a class="rakutenLimitedId_ImageMain1-3" href="https://image.rakuten-like.example/hachi/cabinet/honey01.jpg"><img src="https://tshop.example/hachi/cabinet/honey01.jpg?fitin=300:300" alt="' + name + '"></a>'
            f'<span class="catch_copy">ポイント10倍</span><span class="item_name"><b>{name}</b></span>' + related("アカシア蜜", heading="おすすめ"), charset="euc_jp"),
        name, ("はちみつ", "国産"), "honey01")


@page
def korean_mall_shop_first() -> Page:
    name = "스테인리스 텀블러 500ml 보온보냉"
    return Page(
        "http://item.gmarket-like.example/Item?goodscode=123", html(
            f"G마켓-{name}",
            '<div class="location-navi"><ul><li><a href="http://www.gmarket-like.example">홈</a></li><li><a href="/c/1">주방용품</a></li><li><a href="/c/2">컵</a></li><li><a href="/c/3">텀블러</a></li></ul></div>'
            '<div class="box__viewer-container"><ul class="viewer"><li class="on"><a href="#"><img src="http://gdimg.example/123/still/600" alt="' + name + '"></a></li></ul></div>'
            f'<div class="box__item-title"><p class="text__brand">브랜드</p><h1 class="itemtit">{name}</h1></div>' + related("머그컵", heading="추천상품") + FOOTER),
        name, ("주방용품", "컵", "텀블러"), "gdimg.example/123/still")


@page
def magento_gallery_in_script() -> Page:
    name = "Joust Duffle Bag"
    return Page(
        "https://luma.example/joust-duffle-bag.html", html(
            f"{name} | Luma Gear",
            '<header class="page-header"><a class="logo" href="https://luma.example/"><img src="https://luma.example/static/logo.svg" alt="Luma Gear"></a></header>'
            '<div class="breadcrumbs"><ul class="items"><li class="item home"><a href="https://luma.example/" title="Go to Home Page">Home</a></li><li class="item category3"><a href="https://luma.example/gear.html">Gear</a></li>'
            f'<li class="item category4"><a href="https://luma.example/gear/bags.html">Bags</a></li><li class="item product"><strong>{name}</strong></li></ul></div>'
            f'<div class="page-title-wrapper product"><h1 class="page-title"><span class="base" data-ui-id="page-title-wrapper">{name}</span></h1></div>'
            '<div class="product media"><div class="gallery-placeholder _block-content-loading" data-gallery-role="gallery-placeholder"><img alt="main product photo" class="gallery-placeholder__image" src="https://luma.example/media/catalog/product/cache/7c4c/m/b/mb01-blue-0.jpg"></div></div>'
            '<script type="text/x-magento-init">{"[data-gallery-role=gallery-placeholder]": {"mage/gallery/gallery": {"data": [{"thumb":"https:\\/\\/luma.example\\/t\\/mb01-blue-0.jpg","full":"https:\\/\\/luma.example\\/f\\/mb01-blue-0.jpg","isMain":true}]}}}</script>'
            + related("Strive Shoulder Pack", "Crown Summit Backpack", heading="We found other products you might like!") + FOOTER),
        name, ("Gear", "Bags"), "mb01-blue-0")


@page
def woocommerce_storefront() -> Page:
    name = "Hoodie with Zipper"
    return Page(
        "https://wool.example/product/hoodie-with-zipper/", html(
            f"{name} &#8211; Wool &amp; Co",
            '<div class="site-branding"><h1 class="site-title"><a href="https://wool.example/" rel="home">Wool &amp; Co</a></h1></div>'
            f'<nav class="woocommerce-breadcrumb"><a href="https://wool.example">Home</a><span class="breadcrumb-separator"> / </span><a href="https://wool.example/product-category/clothing/">Clothing</a><span class="breadcrumb-separator"> / </span><a href="https://wool.example/product-category/clothing/hoodies/">Hoodies</a><span class="breadcrumb-separator"> / </span>{name}</nav>'
            '<div class="woocommerce-product-gallery images"><figure><div data-thumb="https://wool.example/up/zip-100x100.jpg" class="woocommerce-product-gallery__image"><a href="https://wool.example/up/zip.jpg">'
            '<img width="416" height="416" src="https://wool.example/up/zip-416x416.jpg" class="wp-post-image" alt="" data-src="https://wool.example/up/zip.jpg" data-large_image="https://wool.example/up/zip.jpg"></a></div></figure></div>'
            f'<div class="summary entry-summary"><h1 class="product_title entry-title">{name}</h1></div>'
            '<section class="related products"><h2>Related products</h2><ul class="products"><li><a href="/product/cap/"><img src="/up/cap-324x324.jpg" width="324"><h2 class="woocommerce-loop-product__title">Cap</h2></a></li></ul></section>' + FOOTER),
        name, ("Clothing", "Hoodies"), "zip.jpg")


@page
def shopify_theme_with_product_json() -> Page:
    name = "Linen Apron — Charcoal"
    return Page(
        "https://kitchen-goods.example/collections/aprons/products/linen-apron?variant=2", html(
            f"{name} &ndash; Kitchen Goods",
            '<div class="announcement-bar"><h1 class="announcement-bar__message">Free shipping over $50</h1></div>'
            '<nav class="breadcrumb" role="navigation" aria-label="breadcrumbs"><a href="/" title="Home">Home</a><span aria-hidden="true">&rsaquo;</span><a href="/collections/aprons">Aprons</a><span aria-hidden="true">&rsaquo;</span>'
            f'<span>{name}</span></nav>'
            '<div class="product-single__photos"><div class="product-single__photo-wrapper"><img class="product-single__photo lazyload" src="//cdn.example/products/apron_300x300.jpg?v=1" data-src="//cdn.example/products/apron_{width}x.jpg?v=1" data-widths="[180, 360]" alt="' + name + '"></div></div>'
            f'<h2 class="product-single__title">{name}</h2>'
            f'<script type="application/json" id="ProductJson-1">{{"id":55,"title":"{name}","handle":"linen-apron","vendor":"KG","price":4800,"variants":[{{"id":2,"sku":"AP-C"}}],"images":["//cdn.example/products/apron.jpg?v=1"]}}</script>' + FOOTER,
            head='<meta property="og:site_name" content="Kitchen Goods"><meta property="og:type" content="product"><meta property="og:title" content="' + name + '"><meta property="og:image" content="http://cdn.example/products/apron_1024x1024.jpg?v=1">'),
        name, ("Aprons",), "apron")


@page
def prestashop_microdata_crumbs() -> Page:
    name = "T-shirt imprimé colibri"
    return Page(
        "https://boutique.example/fr/hommes/1-1-tshirt-colibri.html", html(
            f"{name} - Ma Boutique",
            '<nav data-depth="4" class="breadcrumb hidden-sm-down"><ol itemscope itemtype="http://schema.org/BreadcrumbList">'
            '<li itemprop="itemListElement" itemscope itemtype="http://schema.org/ListItem"><a itemprop="item" href="https://boutique.example/fr/"><span itemprop="name">Accueil</span></a><meta itemprop="position" content="1"></li>'
            '<li itemprop="itemListElement" itemscope itemtype="http://schema.org/ListItem"><a itemprop="item" href="https://boutique.example/fr/3-vetements"><span itemprop="name">Vêtements</span></a><meta itemprop="position" content="2"></li>'
            '<li itemprop="itemListElement" itemscope itemtype="http://schema.org/ListItem"><a itemprop="item" href="https://boutique.example/fr/4-hommes"><span itemprop="name">Hommes</span></a><meta itemprop="position" content="3"></li>'
            f'<li itemprop="itemListElement" itemscope itemtype="http://schema.org/ListItem"><a itemprop="item" href="https://boutique.example/fr/hommes/1-1-tshirt-colibri.html"><span itemprop="name">{name}</span></a><meta itemprop="position" content="4"></li></ol></nav>'
            '<div id="main" itemscope itemtype="https://schema.org/Product"><div class="product-cover"><img class="js-qv-product-cover" src="https://boutique.example/1-large_default/colibri.jpg" alt="' + name + '" itemprop="image"></div>'
            f'<h1 class="h1" itemprop="name">{name}</h1><span itemprop="sku">demo_1</span></div>' + FOOTER),
        name, ("Vêtements", "Hommes"), "colibri.jpg", "demo_1")


@page
def opencart_home_is_an_icon() -> Page:
    name = "Canvas Easel 120 cm"
    return Page(
        "https://art.example/index.php?route=product/product&path=20_27&product_id=41", html(
            name,
            '<div id="logo"><a href="https://art.example/index.php?route=common/home"><img src="/image/catalog/logo.png" title="Art Supplies" alt="Art Supplies" class="img-responsive"></a></div>'
            '<ul class="breadcrumb"><li><a href="https://art.example/index.php?route=common/home"><i class="fa fa-home"></i></a></li><li><a href="https://art.example/index.php?route=product/category&path=20">Studio</a></li>'
            f'<li><a href="https://art.example/index.php?route=product/category&path=20_27">Easels</a></li><li><a href="https://art.example/index.php?route=product/product&path=20_27&product_id=41">{name}</a></li></ul>'
            f'<ul class="thumbnails"><li><a class="thumbnail" href="https://art.example/image/cache/easel-500x500.jpg" title="{name}"><img src="https://art.example/image/cache/easel-228x228.jpg" title="{name}" alt="{name}"></a></li>'
            f'<li class="image-additional"><a class="thumbnail" href="https://art.example/image/cache/easel2-500x500.jpg"><img src="https://art.example/image/cache/easel2-74x74.jpg"></a></li></ul><h1>{name}</h1>' + FOOTER),
        name, ("Studio", "Easels"), "easel-")


@page
def bigcommerce_stencil() -> Page:
    name = "[Sample] Fog Linen Chambray Towel"
    return Page(
        "https://bc.example/fog-linen-chambray-towel/", html(
            f"{name} - Corner Store",
            '<h1 class="header-logo"><a href="https://bc.example/" class="header-logo__link"><img class="header-logo-image" src="https://cdn.example/logo_1.png" alt="Corner Store" title="Corner Store"></a></h1>'
            '<nav aria-label="Breadcrumb"><ol class="breadcrumbs"><li class="breadcrumb"><a class="breadcrumb-label" href="https://bc.example/">Home</a></li><li class="breadcrumb"><a class="breadcrumb-label" href="https://bc.example/bath/">Bath</a></li>'
            f'<li class="breadcrumb is-active"><a class="breadcrumb-label" href="https://bc.example/fog-linen-chambray-towel/">{name}</a></li></ol></nav>'
            '<section class="productView-images" data-image-gallery><figure class="productView-image" data-image-gallery-main data-zoom-image="https://cdn.example/1280x1280/towel__1.jpg"><div class="productView-img-container"><a href="https://cdn.example/1280x1280/towel__1.jpg">'
            '<img src="https://cdn.example/loading.svg" data-src="https://cdn.example/500x659/towel__1.jpg" class="productView-image--default lazyload" data-main-image alt="' + name + '"></a></div></figure></section>'
            f'<h1 class="productView-title">{name}</h1>' + FOOTER),
        name, ("Bath",), "towel__1")


@page
def vtex_store_with_product_name_div() -> Page:
    name = "Cadeira de Escritório Giratória Preta"
    return Page(
        "https://www.moveis.example/cadeira-de-escritorio/p", html(
            f"{name} - Loja de Móveis",
            '<div class="bread-crumb"><ul><li><a title="moveis" href="https://www.moveis.example/">moveis</a></li><li><a title="Escritório" href="/escritorio">Escritório</a></li><li class="last"><a title="Cadeiras" href="/escritorio/cadeiras">Cadeiras</a></li></ul></div>'
            f'<div class="fn productName cadeira">{name}</div><div class="value-field Referencia">CD1</div>'
            '<div id="show"><div id="include"><div id="image"><a href="https://moveis.vteximg.example/arquivos/ids/1555-1000-1000/cadeira.jpg" class="image-zoom"><img src="https://moveis.vteximg.example/arquivos/ids/1555-500-500/cadeira.jpg" id="image-main" class="sku-rich-image-main" alt="Cadeira"></a></div></div></div>'
            f"<script>vtex.events.addData({{\"pageCategory\":\"Product\",\"productId\":\"77\",\"productName\":\"{name}\",\"productPriceFrom\":\"499\"}});</script>" + FOOTER),
        name, ("Escritório", "Cadeiras"), "1555-")


@page
def next_app_rendered_nowhere() -> Page:
    name = "Trail Running Shoe Alpine 3"
    return Page(
        "https://run.example/p/alpine-3", html(
            f"{name} | RUN.example",
            '<div id="__next"></div>'
            f'<script id="__NEXT_DATA__" type="application/json">{{"props":{{"pageProps":{{"product":{{"sku":"ALP3","name":"{name}","price":{{"value":129}},"brand":"Alpine","description":"x","images":[{{"url":"https://img.run.example/alpine3-main.jpg"}},{{"url":"https://img.run.example/alpine3-side.jpg"}}]}}}}}}}}</script>'),
        name, (), "alpine3-main", "ALP3")


@page
def state_in_a_javascript_literal() -> Page:
    name = "Ceramic Pour Over Set"
    return Page(
        "https://cafe.example/item/9", html(
            f"{name} :: Cafe Tools",
            "<div id=app></div>"
            f"<script>window.__INITIAL_STATE__ = {{user: null, 'productDetail': {{id: 9, title: '{name}', price: 39.5, stock: 3, mainImage: 'https://img.cafe.example/pour-over.jpg', gallery: ['https://img.cafe.example/pour-over.jpg'],}},}};</script>"),
        name, (), "pour-over.jpg", "9")


@page
def auction_site_details_about() -> Page:
    name = "Vintage Brass Ship Compass 1917"
    return Page(
        "https://www.ebay-like.example/itm/1122334455", html(
            f"{name} | eBay-like",
            '<table><tr><td id="vi-VR-brumb-lnkLst"><ul itemscope itemtype="https://schema.org/Breadcrumb_List"><li class="bc-w"><a href="/b/collectibles/1"><span itemprop="name">Collectibles</span></a><span>&gt;</span></li>'
            '<li class="bc-w"><a href="/b/maritime/2"><span itemprop="name">Maritime</span></a><span>&gt;</span></li><li class="bc-w"><a href="/b/compasses/3"><span itemprop="name">Compasses</span></a></li></ul></td></tr></table>'
            f'<h1 class="it-ttl" itemprop="name" id="itemTitle"><span class="g-hdn">Details about &nbsp;</span>{name}</h1>'
            '<div id="mainImgHldr"><img id="icImg" class="img img300" itemprop="image" src="https://i.ebayimg-like.example/images/g/compassA/s-l300.jpg" alt="' + name + '"></div>' + FOOTER),
        name, ("Collectibles", "Maritime", "Compasses"), "compassA")


@page
def marketplace_og_title_with_price() -> Page:
    name = "USB C Hub 7 in 1 Aluminum Adapter"
    return Page(
        "https://www.express.example/item/4000.html", html(
            f"{name}|Docking Stations| - AliLike",
            f'<script>window.runParams = {{data: {{"titleModule":{{"subject":"{name}","price":"12"}},"imageModule":{{"imagePathList":["https://ae01.example/kf/hub1.jpg"]}}}} }};</script><div id="root"></div>',
            head=f'<meta property="og:title" content="12.5US $ 50% OFF|{name}|Docking Stations| - AliLike"><meta property="og:image" content="https://ae01.example/kf/hub1.jpg">'),
        name, (), "hub1")


@page
def recommendations_marked_up_before_the_product() -> Page:
    name = "Steel Garden Shears 22 cm"
    other = ('<div itemscope itemtype="http://schema.org/Product"><a href="/p/{0}"><img itemprop="image" src="/img/{0}.jpg"><span itemprop="name">{1}</span></a>'
             '<div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><span itemprop="price">9</span></div></div>')
    return Page(
        "https://garden.example/p/shears", html(
            f"{name} | Garden",
            '<div class="bestsellers">' + other.format("hose", "Rubber Hose 20 m") + other.format("rake", "Leaf Rake") + "</div>"
            f'<h1>{name}</h1><div itemscope itemtype="http://schema.org/Product"><meta itemprop="name" content="{name}"><img itemprop="image" src="/img/shears.jpg"><meta itemprop="sku" content="SH22"></div>' + FOOTER),
        name, (), "shears.jpg", "SH22")


@page
def json_ld_with_mistakes() -> Page:
    name = 'Monitor 27" "Clear"'
    return Page(
        "https://screens.example/m27", html(
            "Monitor 27 Clear - Screens",
            '<h1>Monitor 27" "Clear"</h1>'
            '<script type="application/ld+json">\n//<![CDATA[\n{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"Screens"},'
            '{"@type":["Product"],"name":"Monitor 27\\" \\"Clear\\"","sku":270,"image":{"@type":"ImageObject","url":"/img/m27.jpg"},"description":"two\nlines",},]}\n//]]>\n</script>'
            '<script type="application/ld+json">{"@context": broken</script>'
            '<script type="application/ld+json">[{"@type":"BreadcrumbList","itemListElement":[{"@type":"ListItem","position":2,"item":{"@id":"https://screens.example/27","name":"27 inch"}},'
            '{"@type":"ListItem","position":1,"item":{"@id":"https://screens.example/monitors","name":"Monitors"}}]}]</script>'),
        name, ("Monitors", "27 inch"), "m27.jpg", "270")


@page
def rdfa_product() -> Page:
    name = "Oak Bookshelf"
    return Page(
        "https://wood.example/shelf", html(
            f"{name} – Wood",
            f'<div vocab="https://schema.org/" typeof="Product"><h2 property="name">{name}</h2><img property="image" src="/img/shelf.jpg"><span property="sku">OAK-1</span></div>' + FOOTER),
        name, (), "shelf.jpg", "OAK-1")


@page
def gbk_page_that_claims_utf8() -> Page:
    name = "景德镇青花瓷茶杯 单只"
    return Page(
        "http://ciqi.example/p/5.html", html(
            f"{name}—瓷器之家网",
            f'<div class="weizhi"><a href="/">首页</a> &gt; <a href="/c/cha">茶具</a> &gt; <a href="/c/bei">茶杯</a></div><h2 class="pro_tit">{name}</h2><div class="pro_img"><img src="/uploads/cup1.jpg" width="350"></div>' + FOOTER,
            charset="gbk", declared="utf-8"),
        name, ("茶具", "茶杯"), "cup1")


@page
def lazy_pictures_with_noscript() -> Page:
    name = "Leather Desk Mat Large"
    return Page(
        "https://desk.example/products/mat", html(
            f"{name} — Desk",
            '<div class="trail"><a href="/">Home</a> / <a href="/office">Office</a> / <a href="/office/mats">Mats</a></div>'
            f'<h1>{name}</h1><div class="stage"><img class="lazy" src="data:image/svg+xml;base64,PHN2Zy8+" data-srcset="/img/mat-320.jpg 320w, /img/mat-1280.jpg 1280w"><noscript><img src="/img/mat-1280.jpg" alt="{name}"></noscript></div>'
            '<img src="/img/payment-icons.png" width="300"><img src="/img/free-shipping-banner.jpg" width="900" height="120">' + related("Pen Tray") + FOOTER),
        name, ("Office", "Mats"), "mat-1280")


@page
def dynamic_image_attribute() -> Page:
    name = "Cast Iron Dutch Oven, 5 Quart"
    return Page(
        "https://www.amazon-like.example/dp/B00X", html(
            f"Amazon-like.example: {name} : Home &amp; Kitchen",
            '<div id="wayfinding-breadcrumbs_feature_div"><ul class="a-unordered-list"><li><span class="a-list-item"><a class="a-link-normal" href="/kitchen">Home &amp; Kitchen</a></span></li><li class="a-breadcrumb-divider"><span class="a-list-item">›</span></li>'
            '<li><span class="a-list-item"><a class="a-link-normal" href="/cookware">Cookware</a></span></li></ul></div>'
            '<div id="imgTagWrapperId" class="imgTagWrapper"><img alt="' + name + '" src="data:image/jpeg;base64,/9j/4AAQ" data-old-hires="" class="a-dynamic-image" id="landingImage" '
            'data-a-dynamic-image=\'{"https://m.media.example/images/I/oven._SX355_.jpg":[355,355],"https://m.media.example/images/I/oven._SX679_.jpg":[679,679]}\'></div>'
            f'<h1 id="title"><span id="productTitle"> {name} </span></h1><h1>About this item</h1>' + FOOTER),
        name, ("Home & Kitchen", "Cookware"), "oven._SX679_")


@page
def names_with_the_brand_in_front() -> Page:
    name = "NORDHAVN Wool Beanie"
    return Page(
        "https://hats.example/wool-beanie", html(
            "Wool Beanie | Hats Online",
            '<h1><span class="brand">NORDHAVN</span> <span>Wool Beanie</span></h1><script type="application/ld+json">{"@context":"http://schema.org","@type":"Product","name":"Wool Beanie","brand":{"@type":"Brand","name":"Nordhavn"},"image":["/i/beanie.jpg"]}</script>'),
        name, (), "beanie.jpg")


@page
def markup_name_is_a_search_phrase() -> Page:
    name = "Stainless Steel Garlic Press"
    return Page(
        "https://export.example/garlic-press", html(
            f"{name} - Buy Garlic Press,Kitchen Press Product on Export.example",
            f'<h1 class="ma-title">{name}</h1><script type="application/ld+json">{{"@type":"Product","name":"{name} - Buy Garlic Press,Kitchen Press Product on Export.example","image":"//img.example/garlic.jpg"}}</script>'),
        name, (), "garlic.jpg")


@page
def variants_in_a_product_group() -> Page:
    name = "Merino Sock"
    return Page(
        "https://socks.example/merino?color=red", html(
            f"{name} | Socks",
            f'<h1>{name}</h1><script type="application/ld+json">{{"@type":"ProductGroup","name":"{name}","productGroupID":"MS","hasVariant":[{{"@type":"Product","name":"{name} - Red","sku":"MS-R","image":"/i/red.jpg"}},{{"@type":"Product","name":"{name} - Blue","sku":"MS-B","image":"/i/blue.jpg"}}]}}</script>',
            head='<link rel="canonical" href="https://socks.example/merino">'),
        name, (), "red.jpg")


@page
def breadcrumb_without_the_word() -> Page:
    name = "便携式折叠露营椅"
    return Page(
        "https://huwai.example/goods/771.html", html(
            f"{name}_价格_图片_户外商城",
            '<div class="w1200"><a href="https://huwai.example/">首页</a> &gt; <a href="/c/1/">户外装备</a> &gt; <a href="/c/1/2/">露营家具</a> &gt; <span>折叠椅</span></div>'
            f'<div class="left"><img src="/static/lazy.gif" data-original="/upfile/chair_b.jpg" alt="{name}"></div><div class="right"><h2>{name}</h2></div>'
            '<ul class="hot-sale"><li><a href="/goods/1.html"><img src="/static/lazy.gif" data-original="/upfile/tent.jpg" alt="帐篷"></a></li></ul>' + FOOTER),
        name, ("户外装备", "露营家具", "折叠椅"), "chair_b")


@page
def og_image_is_the_logo() -> Page:
    name = "Walnut Cutting Board"
    return Page(
        "https://boards.example/walnut", html(
            f"{name} • Boards &amp; Co",
            f'<div class="top"><a href="/"><img src="/img/brand-logo.png" alt="Boards & Co"></a></div><main><h1>{name}</h1><div class="photo"><img src="/img/walnut-board-1.jpg" alt="{name} on a table"></div></main>' + FOOTER,
            head='<meta property="og:image" content="https://boards.example/img/logo-share.png"><meta property="og:site_name" content="Boards &amp; Co">'),
        name, (), "walnut-board-1")


@page
def crumbs_end_with_a_shortened_name() -> Page:
    name = "Wireless Mechanical Keyboard with Hot-Swappable Switches and RGB"
    return Page(
        "https://keys.example/kb1", html(
            f"{name} - Keys",
            f'<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/keyboards">Keyboards</a></li><li class="active">Wireless Mechanical Keyboard wi...</li></ol><h1>{name}</h1><div class="gallery"><img src="/i/kb1.jpg"></div>' + FOOTER),
        name, ("Keyboards",), "kb1.jpg")
