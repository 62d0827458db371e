"""Layouts in which what is wanted stands where a reader finds it, and nothing is called what it is."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, page, related


@page
def unlabelled_path_where_the_title_does_not_say_the_name() -> Page:
    name = "Nordklang Touch HD"
    return Page("https://www.funkladen.example/nordklang-touch-hd", html(
        "Günstige Telefone im Funkladen kaufen", '<div id="logo"><h1><a href="/">Funkladen</a></h1></div>'
        '<div class="container"><ul class="zz"><li><a href="/"><i class="fa fa-home"></i></a></li><li><a href="/telefone">Telefone &amp; PDAs</a></li><li><a href="/telefone/smartphones">Smartphones</a></li><li><a href="/nordklang-touch-hd">Nordklang Touch HD</a></li></ul>'
        f'<div class="row"><div class="col-sm-8"><a class="thumbnail" href="/image/nordklang_hd_1-500x500.jpg"><img src="/image/nordklang_hd_1-228x228.jpg" alt="{name}"></a></div><div class="col-sm-4"><h1>{name}</h1></div></div></div>' + FOOTER,
        head=f'<meta property="og:title" content="{name}">'),
        name, ("Telefone & PDAs", "Smartphones"), "nordklang_hd_1")


@page
def unlabelled_path_under_a_shop_s_own_heading() -> Page:
    name = "Milvana 蜜梵 有机 婴幼儿米粉 1段 225克/罐"
    return Page("https://goods.haitu.example/product/1234567.html", html(
        f"【{name}】价格_品牌_怎么样-海兔购", '<div><h1 class="logo"><a href="//www.haitu.example" title="海兔购">海兔购</a></h1></div>'
        '<div class="cm clearfix"><a href="//www.haitu.example/category/1.html">母婴儿童</a><em class="arrow"></em><a href="//www.haitu.example/category/2.html">辅食</a><em class="arrow"></em><a href="//www.haitu.example/category/3.html">婴幼儿米粉</a><em class="arrow"></em><a href="//www.haitu.example/brand/1.html">Milvana 蜜梵</a></div>'
        f'<div class="pInfo"><div id="showImgBox"><img src="https://pic.haitu.example/mifen_main.jpg" alt="Milvana"></div><dl><dt>德国 <a class="brand">Milvana 蜜梵</a></dt><dt class="product-title">{name}</dt></dl></div>'),
        name, ("母婴儿童", "辅食", "婴幼儿米粉", "Milvana 蜜梵"), "mifen_main")


@page
def unlabelled_path_of_addresses_that_end_in_ids() -> Page:
    name = "Tarnwood 3 Shelf Wall Unit - Oak Effect"
    steps = (("Home and furniture", "/browse/home-and-furniture/c:29351/"), ("Living room", "/browse/home-and-furniture/living-room/c:29352/"),
             ("Wall shelves", "/browse/home-and-furniture/living-room/wall-shelves/c:29353/"))
    path = "".join(f'<li><a href="{address}">{text}</a></li>' for text, address in steps)
    return Page("https://www.cataloguer.example/product/8451234", html(
        f"Buy {name} | Wall shelves | Cataloguer", f'<div class="banner"><h1>Big Red Event - up to 1/3 off</h1></div><div class="lvl"><ol role="list">{path}</ol></div>'
        f'<main><div class="media-gallery"><img src="//media.cataloguer.example/8451234_R_SET?w=620&amp;h=620" alt="{name}"></div><h2 class="product-title">{name}</h2></main>' + FOOTER),
        name, tuple(text for text, _ in steps), "8451234_R_SET")


@page
def unlabelled_categories_behind_chinese_commas_in_the_title() -> Page:
    name = "正品踏青男鞋经典款帆布鞋TQ-1 白/红"
    return Page("http://www.taqing.example/product/1288.html", html(
        f"{name}，帆布鞋，男鞋 - 踏青鞋业网上商城", '<div class="top"><h1><a href="/">踏青鞋业网上商城</a></h1></div>'
        '<div class="wz">您所在的位置：<a href="/">首页</a> ＞ <a href="/list/1.html">男鞋</a> ＞ <a href="/list/12.html">帆布鞋</a> ＞ 商品详情</div>'
        '<div class="cp"><div class="dt"><img src="/upload/tq1_big.jpg" width="400" height="400"></div></div>' + related("踏青女款", "踏青童款") + FOOTER),
        name, ("男鞋", "帆布鞋"), "tq1_big")


@page
def unlabelled_product_in_a_script_by_the_address_s_id() -> Page:
    name = "抽纸整箱批发30包实惠装家用面巾纸"
    return Page("https://mobile.pinle.example/goods.html?goods_id=3342211", html(
        "拼乐商城", '<div id="main"><div class="loading"></div></div><script>window.rawData='
        '{"recommended":[{"goodsID":998877,"goodsName":"洗衣液 3公斤装","minGroupPrice":"25.9","image":"https://t00.pinle.example/soap.jpeg"}],'
        f'"store":{{"goods":{{"goodsID":3342211,"goodsName":"{name}","image":"https://t00.pinle.example/paper-main.jpeg","minGroupPrice":"19.9"}}}}}};</script>'),
        name, (), "paper-main")


@page
def unlabelled_gallery_whose_first_picture_is_described() -> Page:
    name = "Handmade Walnut Cutting Board with Juice Groove"
    return Page("https://www.handwerk.example/listing/612345678/walnut-board", html(
        f"{name} - Handwerk", '<header><div class="promo"><h2>Gifts they will love</h2></div></header>'
        '<div class="image-carousel"><ul><li><img src="https://i.handwerk.example/il_794xN.2233main.jpg" alt="May include: a board on a stone table"></li><li><img data-src="https://i.handwerk.example/il_794xN.2234side.jpg"></li></ul></div>'
        f'<h1>{name}</h1>' + FOOTER),
        name, (), "2233main")


@page
def unlabelled_list_of_links_right_before_the_heading() -> Page:
    name = "Кофе в зернах Aurelio Qualita Oro, 1 кг"
    steps = (("Продукты питания", "/category/produkty-9200/"), ("Кофе", "/category/kofe-9373/"), ("Кофе в зернах", "/category/kofe-v-zernah-30700/"))
    path = "".join(f'<li class="c2"><a href="{address}"><span>{text}</span></a></li>' for text, address in steps)
    return Page("https://www.kofelavka.example/product/kofe-aurelio-oro-138452/", html(
        f"{name} купить по низкой цене: отзывы, фото в интернет-магазине Kofelavka", f'<div class="top"><a href="/">Kofelavka</a></div><ol class="a0b1">{path}</ol>'
        f'<div class="y2"><img src="https://cdn1.kl.example/wc1000/6012345.jpg"></div><div><h1 class="q3">{name}</h1></div><span>1 299 ₽</span>' + FOOTER),
        name, tuple(text for text, _ in steps), "6012345")


@page
def unlabelled_path_below_the_product() -> Page:
    name = "Olive Wood Serving Platter, Engraved"
    mark = '<span class="gt"></span>'
    return Page("https://www.craftly.example/listing/612345/olive-wood-platter", html(
        f"{name} - Craftly", f'<header><div class="promo"><h2>Gifts they will love</h2></div></header><div class="gallery"><img src="https://i.craftly.example/il_main77.jpg"></div><h1>{name}</h1>'
        f'<nav class="tx"><a href="/c/home">Home &amp; Living</a> {mark} <a href="/c/home/kitchen">Kitchen &amp; Dining</a> {mark} <a href="/c/home/kitchen/platters">Platters</a></nav>' + FOOTER),
        name, ("Home & Living", "Kitchen & Dining", "Platters"), "il_main77")
