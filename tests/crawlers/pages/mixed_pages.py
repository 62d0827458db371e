"""Layouts in which several things mislead at once: what the page shows first is not the product."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, menu, page, related


@page
def picture_element_with_a_stand_in() -> Page:
    name = "Rattan Lounge Chair Natural"
    return Page("https://living.example/p/rattan-lounge-chair-natural", html(
        f"{name} kaufen | LIVING", f'<h1>{name}</h1><div class="media"><picture><source data-srcset="/m/rattan-400.webp 400w, /m/rattan-1600.webp 1600w" type="image/webp"><img src="data:image/gif;base64,R0lGOD" alt=""></picture></div>'
        '<div class="usp"><img src="/m/usp-truck.jpg" width="64"></div>' + related("Side Table", heading="Passt dazu") + FOOTER),
        name, (), "rattan-1600")


@page
def gallery_only_in_a_script() -> Page:
    name = "Titanium Spork"
    return Page("https://gear.example/titanium-spork", html(
        f"{name} - Gear", f"<h1>{name}</h1><div id='gallery'></div><img src='/img/logo.png' alt='Gear'>"
        "<script>var product_colours = {'initial': [{\"hiRes\":\"https:\\/\\/img.gear.example\\/spork-hi.jpg\",\"thumb\":\"https:\\/\\/img.gear.example\\/spork-t.jpg\"}]}; P.when('A').execute(function(A){ var x = 1 });</script>"),
        name, (), "spork-hi")


@page
def slides_with_their_own_attribute() -> Page:
    name = "全棉印花抱枕套 45x45"
    return Page("http://jiaju.example/goods/31", html(
        f"{name}_家居小店", f'<div class="slider-wrap"><div class="slide" bigsrc="/up/bz_800.jpg" imgsrc="/up/bz_400.jpg"></div><div class="slide" bigsrc="/up/bz2_800.jpg"></div></div><h2 class="tit">{name}</h2><img src="/t/kefu.gif" alt="在线客服">' + FOOTER),
        name, (), "bz_800")


@page
def price_and_stock_inside_the_heading() -> Page:
    name = "Espresso Machine BX-30"
    return Page("https://coffee.example/espresso-machine-bx-30", html(
        f"Coffee.example | {name} | In stock", f'<div id="header"><h1 class="site"><a href="/">Coffee.example</a></h1></div><h1>{name}<small> €299,00 <em>In stock</em></small></h1><div class="photo"><img src="/p/bx30.jpg" alt="{name}"></div>' + FOOTER),
        name, (), "bx30.jpg")


@page
def search_words_after_the_name() -> Page:
    name = "花王 纸尿裤 L54片"
    return Page("http://www.muying.example/product-662.html", html(
        f"{name}价格,{name}怎么样,好不好-母婴之家", '<div class="crumbs"><span>首页</span> &gt; <a href="/c1">纸尿裤</a> &gt; <a href="/c2">L码</a></div>'
        f'<div class="p_tit"><h1>{name}</h1></div><div class="p_img"><img src="/img/lazy.png" data-original="/u/nk.jpg"></div>' + related("花王 M64片") + FOOTER),
        name, ("纸尿裤", "L码"), "nk.jpg")


@page
def crumbs_with_counts_and_icons() -> Page:
    name = "Bamboo Steamer 25 cm"
    return Page("https://asia-kitchen.example/steamers/bamboo-25", html(
        f"{name} | Asia Kitchen", '<ul class="breadcrumbs"><li><a href="/"><svg><title>home</title></svg><span class="sr-only">Home</span></a></li><li><i class="fa fa-angle-right"></i><a href="/cookware">Cookware</a></li><!-- next --><li><i class="fa"></i><a href="/steamers">Steamers</a><script>track("x")</script></li></ul>'
        f'<h1 itemprop="name">{name}</h1><a class="fancybox" data-fancybox="gallery" href="/img/steamer_xl.jpg"><img src="/img/steamer_m.jpg"></a>' + FOOTER),
        name, ("Cookware", "Steamers"), "steamer_")


@page
def select_boxes_in_the_path() -> Page:
    name = "무선 청소기 V-스틱 2세대"
    return Page("http://www.11st-like.example/products/99", html(
        f"[11번가] {name}", '<div class="location"><a href="/">홈</a><div class="sel"><button>가전</button><ul class="layer"><li><a href="/c/a">의류</a></li><li><a href="/c/b">식품</a></li></ul></div></div>'
        '<div class="path_nav"><a href="/">홈</a> &gt; <a href="/c/1">가전</a> &gt; <a href="/c/1/2">청소기</a></div>'
        f'<h2 class="title">{name}</h2><div class="img_full"><img src="http://i.11st-like.example/99/L300.jpg" alt="{name}"></div>' + FOOTER),
        name, ("가전", "청소기"), "99/L300")


@page
def hidden_quick_view_before_the_product() -> Page:
    name = "Suede Chelsea Boots Tan"
    return Page("https://boots.example/men/suede-chelsea-boots-tan", html(
        f"{name} - Men - Boots Co", '<div class="quickview modal"><h1 class="product-name">Product name</h1><img src="/img/quick-placeholder.jpg" width="400" height="400"></div>' + menu("Men", "Women", "Sale")
        + '<div class="crumbtrail"><a href="/">Home</a> &gt; <a href="/men">Men</a></div>'
        f'<div class="grid"><div class="col-7"><img src="/img/p/chelsea-tan-1.jpg" width="640" height="640"><img src="/img/p/chelsea-tan-2.jpg" width="640" height="640"></div><div class="col-5"><h1>{name}</h1></div></div>'
        + related("Desert Boots Sand", heading="Recently viewed") + FOOTER),
        name, ("Men",), "chelsea-tan-1")


@page
def title_in_another_order_than_the_heading() -> Page:
    name = "LUMO Wall Lamp 2-light"
    return Page("https://licht.example/lamps/wall/lumo-2", html(
        "Wall Lamp LUMO 2-light, brass - order online | Licht & Co", f'<h1>{name}</h1><div class="zoom"><img src="/l/lumo2.jpg"></div><h2>More from LUMO</h2><h2>Wall lamps</h2>' + FOOTER),
        name, (), "lumo2.jpg")


@page
def spec_table_repeats_the_name_with_more() -> Page:
    name = "晨曦 HB-1201 空气炸锅"
    return Page("http://www.chufang.example/show/1201.html", html(
        f"{name},价格,报价_厨房电器网", '<div class="wz">您的位置：<a href="/">厨房电器网</a> &gt; <a href="/zg/">炸锅</a> &gt; 空气炸锅</div>'
        f'<div class="c_tit"><h1>{name}</h1></div><div class="c_img"><img src="/p/1201.jpg" alt="{name}图片"></div><table><tr><td class="name">商品名称</td><td>{name}（白色 3.5L 家用大容量）</td></tr></table>' + related("晨曦 HB-900") + FOOTER),
        name, ("炸锅", "空气炸锅"), "1201.jpg")


@page
def banner_is_larger_and_earlier_than_the_product() -> Page:
    name = "Merino Baselayer Women"
    return Page("https://alpine.example/merino-baselayer-women", html(
        f"{name} | ALPINE", '<section class="hero"><img src="/cms/summer-hero-1600x600.jpg" width="1600" height="600" alt="Summer"></section>'
        f'<section class="product"><div class="left"><img src="/cdn/merino-w.jpg" alt="Front view"></div><div class="right"><h1>{name}</h1></div></section><section class="insta"><img src="/cdn/insta1.jpg"><img src="/cdn/insta2.jpg"></section>' + FOOTER),
        name, (), "merino-w")


@page
def plain_text_path() -> Page:
    name = "老式搪瓷脸盆 34cm"
    return Page("http://zahuo.example/product.asp?pid=3", html(
        f"{name}-杂货铺", f'<table><tr><td>当前位置：首页 &gt; 日用百货 &gt; 搪瓷制品</td></tr></table><table><tr><td><img src="pic/lp.jpg" width="240"></td><td><b>{name}</b></td></tr></table>' + FOOTER),
        name, ("日用百货", "搪瓷制品"), "pic/lp.jpg")


@page
def relative_dots_and_protocol_relative() -> Page:
    name = "Glasschale Nova 20 cm"
    return Page("https://www.glas.example/de/shop/artikel/nova.html", html(
        "Glasschale Nova 20 cm :: Glashaus", f'<p class="navi"><a href="../../">Startseite</a> &raquo; <a href="../schalen/">Schalen</a> &raquo; {name}</p><h1>{name}</h1><img class="artikelbild" src="../../bilder/nova.jpg" alt="{name}"><img src="//ssl.glas.example/img/siegel.png" width="80">' + FOOTER),
        name, ("Schalen",), "glas.example/de/bilder/nova.jpg")


@page
def brand_page_links_beside_the_path() -> Page:
    name = "速干运动短裤 男款 黑色"
    return Page("https://www.yundong.example/item/7", html(
        f"【速跑】{name}|速跑官方商城", '<div class="crumb-nav"><a class="back" href="javascript:history.back()">返回上一页</a><span>全部分类</span> &gt; <a href="/m">男装</a> &gt; <a href="/m/k">短裤</a> <div class="brand-right"><a href="/b/1">进入速跑品牌店</a> <a href="/fav">收藏</a></div></div>'
        f'<div class="gooddetail"><div class="picView"><img src="/img/ph.gif" data-lazyload="//img.yundong.example/dk.jpg"></div><div class="detTitle">{name}</div></div>' + related("速干T恤") + FOOTER),
        name, ("全部分类", "男装", "短裤"), "dk.jpg")


@page
def category_in_the_plural_of_a_short_name() -> Page:
    name = "Ergo Stool"
    return Page("https://office.example/p/ergo-stool", html(
        f"{name} | Office", '<ul class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/seats">Seats</a></li><li>Ergo Stools</li></ul>'
        f'<h1>{name}</h1><div class="gallery"><img src="/i/ergo-stool.jpg"></div>' + FOOTER),
        name, ("Seats", "Ergo Stools"), "ergo-stool")


@page
def path_ends_at_the_product_in_another_folder() -> Page:
    name = "Cotton Percale Duvet Cover, Double, Stone"
    return Page("https://linen.example/sale/cotton-percale-duvet-cover-7781.html", html(
        f"{name} | Linen House", '<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/bedding">Bedding</a></li><li><a href="/bedding/cotton-percale-duvet-cover-7781.html">Cotton Percale Duvet Cover</a></li></ol>'
        f'<h1>{name}</h1><div class="gallery"><img src="/i/percale.jpg"></div>' + FOOTER),
        name, ("Bedding",), "percale")


@page
def hashed_classes_and_a_heading_of_the_rating() -> Page:
    name = "Vitamin D3 Tropfen 20 ml"
    return Page("https://apo.example/de/vitamin-d3-tropfen-20-ml-p-4432", html(
        f"{name} günstig bestellen | apo.example Versandapotheke", '<div class="Xy1"><a href="/de"><img src="/i/apo-logo.webp" alt="apo.example"></a></div><div class="Zk9"><span><a href="/de/vitamine">Vitamine</a></span><span aria-hidden="true">›</span><span><a href="/de/vitamine/d3">Vitamin D3</a></span></div>'
        f'<div class="Qq2"><img class="Lm1" loading="lazy" src="/i/d3-packshot.webp" width="500" height="500"></div><h2 class="Aa1">4,8 von 5 Sternen</h2><h1 class="Aa1">{name}</h1><h2 class="Aa1">Produktinformationen "{name}"</h2><div class="Rr3"><img src="/i/dhl.webp" width="60" height="30"><img src="/i/klarna.webp" width="60" height="30"></div>' + FOOTER),
        name, ("Vitamine", "Vitamin D3"), "d3-packshot")


@page
def recommended_products_before_the_product_without_classes() -> Page:
    name = "野生蓝莓干 250克 袋装"
    return Page("http://www.ganguo.example/p-1009.html", html(
        f"{name} 蓝莓果干 干果之家", '<p><a href="/">干果之家</a></p><p><b>热卖</b></p><ul><li><a href="/p-1.html"><img src="/u/a1.jpg" width="200" height="200" alt="新疆红枣 500克"></a><a href="/p-1.html">新疆红枣 500克</a></li><li><a href="/p-2.html"><img src="/u/a2.jpg" width="200" height="200" alt="薄皮核桃 1千克"></a><a href="/p-2.html">薄皮核桃 1千克</a></li></ul>'
        f'<p>您当前位置: <a href="/">首页</a>-&gt;<a href="/c-3.html">果干</a>-&gt;<a href="/c-31.html">蓝莓干</a></p><table><tr><td><img src="/u/lanmei.jpg"></td><td><p><b>{name}</b></p><p>单价：32元</p></td></tr></table>' + FOOTER),
        name, ("果干", "蓝莓干"), "lanmei")


@page
def path_whose_home_is_an_icon_and_german_search_words() -> Page:
    name = "Grohmann Spültischarmatur Eurosmart, chrom"
    return Page("https://www.baumarkt.example/sanitaer/kuechenarmaturen/spueltischarmatur-eurosmart/9920011", html(
        "Grohmann Spültischarmatur Eurosmart chrom online kaufen bei Baumarkt.example",
        '<nav><ul><li><a href="/sanitaer">Sanitär</a></li><li><a href="/garten">Garten</a></li></ul></nav><div class="c-crumbs"><ol><li><a href="/"><span class="icon-home"></span></a></li><li><a href="/sanitaer">Sanitär</a></li><li><a href="/sanitaer/kuechenarmaturen">Küchenarmaturen</a></li><li><span>Grohmann Spültischarmatur Eurosmart, chrom</span></li></ol></div>'
        f'<section class="pdp"><div class="pdp__gallery"><ul class="glide__slides"><li class="glide__slide"><img data-srcset="https://img.baumarkt.example/9920011_1.jpg?w=400 400w, https://img.baumarkt.example/9920011_1.jpg?w=1200 1200w" src="/static/1x1.gif" class="lazyload" alt="Produktbild"></li><li class="glide__slide"><img data-srcset="https://img.baumarkt.example/9920011_2.jpg?w=400 400w" src="/static/1x1.gif" alt="Produktbild"></li></ul></div><div class="pdp__title"><h1>{name}</h1><p>Art.Nr. 9920011</p></div></section>' + FOOTER),
        name, ("Sanitär", "Küchenarmaturen"), "9920011_1")


@page
def menu_called_nav_and_address_in_the_title() -> Page:
    name = "山水牌 5.1家庭影院音响套装 GS-6000"
    return Page("http://www.yinxiang.example/product/detail_336.html", html(
        f"山水GS-6000|{name}-价格-参数-图片-影音商城 www.yinxiang.example",
        '<div id="Header"><h1>影音商城</h1><div id="Nav"><a href="/">首 页</a><a href="/product/">产品中心</a><a href="/news/">新闻资讯</a></div></div><div id="Position">您现在的位置 -&gt; <a href="/">首 页</a> -&gt; <a href="/product/">产品中心</a> -&gt; <a href="/product/list_5.html">家庭影院</a></div>'
        f'<div class="proShow"><div class="proPic"><img src="/uploadfile/2013/gs6000.jpg" onload="resize(this)"></div><ul class="proTxt"><li class="proName">{name}</li><li>型号：GS-6000</li></ul></div><div class="side"><ul><li><a href="/product/detail_1.html"><img src="/uploadfile/2013/gs100.jpg" width="100"></a></li></ul></div>' + FOOTER, charset="gbk"),
        name, ("产品中心", "家庭影院"), "gs6000")


@page
def shop_within_a_mall_and_picture_without_ending() -> Page:
    name = "タオルハンカチ 3枚セット 花柄"
    return Page("https://store.shopping.yh-like.example/hanaya/towel-3set.html", html(
        f"{name} :towel-3set:花や雑貨店 - 通販 - ショッピング",
        '<div class="Header"><a href="https://shopping.yh-like.example/">ショッピング</a></div><ol class="BreadcrumbList"><li><a href="https://store.shopping.yh-like.example/hanaya/">花や雑貨店</a></li><li><a href="/hanaya/cat/a.html">ハンカチ</a></li><li><a href="/hanaya/cat/b.html">タオル地</a></li></ol>'
        f'<div class="mdItemName"><p class="elName">{name}</p></div><div class="mdItemImage"><div class="elMain"><a href="#"><img src="https://item-shopping.c.yimg-like.example/i/g/hanaya_towel-3set" alt="{name}"></a></div></div>' + related("バスタオル", heading="この商品を見た人") + FOOTER),
        name, ("花や雑貨店", "ハンカチ", "タオル地"), "hanaya_towel-3set")


@page
def home_without_a_link() -> Page:
    name = "家用跑步机 折叠静音款 T600"
    return Page("http://www.jianshen.example/shop/T600", html(
        f"健身器材网-{name}|跑步机哪个牌子好", '<div class="hd"><a href="/" class="lg"><img src="/i/lg.png" alt="健身器材网"></a><span>全国热线 400-000-0000</span></div><div class="local">首页 <b>&gt;</b> <a href="/shop">跑步机</a> <b>&gt;</b> 家用跑步机 折叠静音款 T600</div>'
        f'<div class="pd"><div class="pd-l"><div id="preview"><div class="jqzoom" id="spec-n1"><img jqimg="/i/T600_1.jpg" src="/i/T600_1s.jpg" width="350" height="350"></div></div></div><div class="pd-r"><h3>{name}</h3><span>促销价</span></div></div><div class="kf"><img src="/i/qq.gif"></div>' + FOOTER),
        name, ("跑步机",), "T600_1")
