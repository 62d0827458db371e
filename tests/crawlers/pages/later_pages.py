"""Layouts written after the rules were settled, to see how they do on what they were not made for; the last of them asked for a mend."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, page, related


@page
def later_home_goods_selection() -> Page:
    name = "日式超柔法兰绒毛毯"
    return Page("http://you.yanxuan-like.example/item/detail?id=1056002", html(
        f"{name} - 严选好物", '<div class="yx-topbar"><ul><li>Hi，欢迎来到严选好物</li><li><a href="/login">登录</a></li></ul></div><div class="g-hd"><a class="logo" href="/" title="严选好物"></a><div class="tabNav"><ul><li><a href="/">首页</a></li><li><a href="/item/list?categoryId=1">居家生活</a></li><li><a href="/item/list?categoryId=2">服饰鞋包</a></li></ul></div></div>'
        '<div class="m-breadcrumb"><span class="crumb-name"><a href="/">首页</a></span><span class="sep">&gt;</span><span class="crumb-name"><a href="/item/list?categoryId=1">居家生活</a></span><span class="sep">&gt;</span><span class="crumb-name"><a href="/item/list?categoryId=1&subCategoryId=11">毯子</a></span><span class="sep">&gt;</span>'
        f'<span class="crumb-name">{name}</span></div><div class="m-slide"><div class="view"><img src="//yanxuan.nosdn.example/blanket-main.png?imageView&quality=95&thumbnail=430x430"></div><div class="list"><ul><li><a><img src="//yanxuan.nosdn.example/blanket-main.png?imageView&thumbnail=78x78"></a></li><li><a><img src="//yanxuan.nosdn.example/blanket-2.png?imageView&thumbnail=78x78"></a></li></ul></div></div>'
        f'<div class="info"><div class="intro"><div class="name"><span>{name}</span><div class="tag">满折</div></div><div class="desc">柔软亲肤 四季可用</div></div></div><div class="m-ppl"><p>大家都在看</p>' + related("珊瑚绒毯", "羊毛毯") + "</div>" + FOOTER),
        name, ("居家生活", "毯子"), "blanket-main")


@page
def later_luxury_shop_brand_name_twice() -> Page:
    name = "RIVO/里沃 中性款方框太阳镜"
    return Page("http://item.siku-like.example/103332.shtml", html(
        f"【RIVO 太阳镜】{name} 黑色【正品 价格 图片】-寺品网", '<div class="top_text"><p>欢迎光临寺品网</p></div>'
        '<div class="crumbs_box"><a href="http://www.siku-like.example">寺品网首页</a>&gt;<a href="/list/1.shtml">配饰</a>&gt;<a href="/list/1-2.shtml">眼镜</a>&gt;<a href="/list/1-2-9.shtml">RIVO眼镜</a>&gt;<span>RIVO/里沃 中性款方框太阳镜</span></div>'
        '<div class="proBox"><div class="pic_scroll"><div class="moveBox"><img src="http://pic12.siku-like.example/pic/500/103332_1.jpg" id="mainpic" alt="RIVO/里沃"></div></div><div class="info_r"><div class="proName"><a href="/brand/rivo">RIVO/里沃</a><h2>中性款方框太阳镜</h2></div></div></div>' + related("飞行员太阳镜", "圆框眼镜") + FOOTER),
        name, ("配饰", "眼镜", "RIVO眼镜"), "103332_1")


@page
def later_used_books() -> Page:
    name = "河西走廊散记（1984年一版一印）"
    return Page("http://book.kfz-like.example/5583/228/", html(
        f"{name}_陈某某 著_孔书网", '<div class="header"><div class="user"><a href="/login">登录</a></div></div><div class="bar"><div class="fl">所在位置： <a href="http://www.kfz-like.example/">孔书网</a> &gt; <a href="http://shop.kfz-like.example/5583/">老树书房的书摊</a> &gt; <a href="http://shop.kfz-like.example/5583/c1/">历史地理</a> &gt; 图书详情</div></div>'
        '<div class="shop-top"><h1><a href="http://shop.kfz-like.example/5583/">老树书房的书摊</a></h1></div>'
        f'<div class="book-pic"><ul><li><a href="http://img.kfz-like.example/sw/228_b.jpg"><img src="http://img.kfz-like.example/sw/228_s.jpg"></a></li></ul></div><div class="book-info"><div class="t"><span>{name}</span><i class="zan">九品</i></div><ul><li>作者: 陈某某</li><li>出版社: 人民出版社</li></ul></div>' + FOOTER),
        name, ("老树书房的书摊", "历史地理"), "228_")


@page
def later_mother_and_baby_app_page() -> Page:
    name = "幼儿防滑学步鞋 软底透气"
    return Page("https://m.baobei.example/detail/7711.html?from=list", html(
        f"【包邮】{name}-宝贝格子手机版", '<div class="download-bar"><img src="/wap/app-icon.png" width="40"><p>打开APP 新人立减</p></div><section class="banner-swipe"><ul><li><a><img src="/wap/holder.png" data-src="//cdn.baobei.example/shoe-01.jpg@640w"></a></li><li><a><img src="/wap/holder.png" data-src="//cdn.baobei.example/shoe-02.jpg@640w"></a></li></ul></section>'
        f'<section class="base"><h3><em>自营</em>{name}</h3><p class="price">￥<b>69</b></p></section><section class="guess"><h4>看了还看</h4><ul><li><a href="/detail/7712.html"><img src="/wap/holder.png" data-src="//cdn.baobei.example/other-1.jpg@320w"><p>婴儿袜子五双装</p></a></li></ul></section>'),
        name, (), "shoe-01")


@page
def later_industrial_supplies() -> Page:
    name = "沪工 手动液压搬运车 2.5T 550mm"
    return Page("http://www.zkh-like.example/item/AA1234567.html", html(
        f"沪工 {name.removeprefix('沪工 ')}，DF25-550【型号 规格 采购】-工品通", '<div class="nav-fix"><ul><li><a href="/">首页</a></li><li><a href="/cate">分类</a></li></ul></div><div class="bread"><a href="/">首页</a><i class="iconfont">&#xe600;</i><a href="/list/c-1.html">搬运存储</a><i class="iconfont">&#xe600;</i><a href="/list/c-12.html">搬运车</a><i class="iconfont">&#xe600;</i><a href="/list/c-123.html">手动搬运车</a></div>'
        f'<div class="goods-main"><div class="goods-img-zoom"><img :src="x" src="https://private.zkh-like.example/PRODUCT/BIG/BIG_AA1234567_01.jpg?x-oss-process=style/WEBPCOM_style" alt="{name}"></div><div class="goods-text"><h1 class="goods-name">{name}<span class="model">，DF25-550</span></h1></div></div>' + related("电动搬运车", "液压叉车") + FOOTER),
        name, ("搬运存储", "搬运车", "手动搬运车"), "BIG_AA1234567_01")


@page
def later_taiwan_department_store() -> Page:
    name = "輕量保溫杯 480ml-霧黑"
    return Page("https://www.etmall-like.example/i/2890001", html(
        f"{name} | 水杯/保溫杯 | 東購物", '<header><h1><a href="/"><span>東購物</span></a></h1></header><section class="t-breadcrumb"><ul><li><a href="/">首頁</a></li><li><a href="/c/1">餐廚</a></li><li><a href="/c/1/2">水壺水杯</a></li><li><a href="/c/1/2/3">保溫杯</a></li></ul></section>'
        f'<section class="p-info"><div class="pic"><div class="n-pic"><a href="//media.etmall-like.example/nximg/002890/2890001_XXL.jpg?t=1"><img src="//media.etmall-like.example/nximg/002890/2890001_L.jpg?t=1"></a></div></div><div class="n-name"><h2 class="n-name--16">{name}</h2><p>#不鏽鋼 #環保</p></div></section>' + related("保溫燜燒罐", heading="買過的人也買") + FOOTER,
        head='<meta property="og:image" content="https://www.etmall-like.example/images/fb_share.jpg"><meta property="og:title" content="' + name + ' - 東購物">'),
        name, ("餐廚", "水壺水杯", "保溫杯"), "2890001_")


@page
def later_russian_electronics() -> Page:
    name = "Электрочайник Ромашка ЭЧ-17"
    return Page("https://www.tehnika.example/catalog/kuhnya/chajniki/romashka-ech-17/", html(
        f"Купить {name} в Москве: цена, отзывы | Техника", '<div class="bx-breadcrumb"><div class="bx-breadcrumb-item"><a href="/"><span>Главная</span></a></div><div class="bx-breadcrumb-item"><i class="fa fa-angle-right"></i><a href="/catalog/"><span>Каталог</span></a></div><div class="bx-breadcrumb-item"><i class="fa"></i><a href="/catalog/kuhnya/"><span>Кухня</span></a></div><div class="bx-breadcrumb-item"><i class="fa"></i><a href="/catalog/kuhnya/chajniki/"><span>Чайники</span></a></div>'
        f'<div class="bx-breadcrumb-item"><i class="fa"></i><span>{name}</span></div></div><h1 class="bx-title">{name}</h1><div class="product-item-detail-slider-container"><div class="product-item-detail-slider-image active"><img src="/upload/iblock/4a1/chajnik.jpg" alt="{name}"></div></div><div class="brands"><img src="/upload/brands/logo1.png"></div>' + FOOTER),
        name, ("Каталог", "Кухня", "Чайники"), "chajnik.jpg")


@page
def later_american_hardware_store() -> Page:
    name = "3/8 in. x 50 ft. Braided Nylon Rope"
    return Page("https://www.hardware.example/p/3-8-in-x-50-ft-braided-nylon-rope/1002345", html(
        f"{name} at Hardware.example® - Rope", '<div data-testid="skip"><a href="#main">Skip to main content</a></div><div class="styles__crumbs-x7a"><a href="/">Home</a><span>/</span><a href="/c/hardware">Hardware</a><span>/</span><a href="/c/hardware/chain-rope">Chain &amp; Rope</a><span>/</span><a href="/c/hardware/chain-rope/rope">Rope</a></div>'
        f'<main id="main"><div class="styles__brand-0a"><a href="/b/knot">KnotWorks</a></div><h1 class="styles__title-8b">{name}</h1><p>Item #1002345 | Model #NR-38</p><div class="styles__media-2c"><button><img src="https://mobileimages.hardware.example/productimages/77/rope.jpg?size=pdhism" alt="KnotWorks {name}"></button><button><img src="https://mobileimages.hardware.example/productimages/77/rope2.jpg?size=mpl"></button></div></main>'
        '<div class="credit"><h1>5% off every day</h1><img src="https://mobileimages.hardware.example/marketingimages/card.png" width="500"></div>' + FOOTER),
        name, ("Hardware", "Chain & Rope", "Rope"), "rope.jpg")


@page
def later_french_wine_merchant() -> Page:
    name = "Domaine des Tilleuls 2018 - Rouge"
    return Page("http://www.cave.example/vin-rouge/domaine-des-tilleuls-2018.html", html(
        f"Acheter {name} au meilleur prix | Cave en ligne", '<div id="fil_ariane">Vous êtes ici : <a href="http://www.cave.example/">Cave en ligne</a> &gt; <a href="/vins">Nos vins</a> &gt; <a href="/vin-rouge">Vin rouge</a> &gt; <strong>Domaine des Tilleuls 2018</strong></div>'
        f'<div class="fiche"><table><tr><td class="visuel"><a href="/photos/zoom/tilleuls.jpg" onclick="return zoom()"><img src="/photos/moyen/tilleuls.jpg" height="300"></a></td><td><h1 class="nom">{name}</h1><h2>Bordeaux Supérieur</h2></td></tr></table></div><div class="colonne"><p>Meilleures ventes</p><a href="/x.html"><img src="/photos/mini/autre.jpg" alt="Autre vin"></a></div>' + FOOTER),
        name, ("Nos vins", "Vin rouge"), "tilleuls")


@page
def later_spanish_single_page_app() -> Page:
    name = "Lámpara de pie Arco Dorada"
    return Page("https://www.hogar.example/producto/lampara-de-pie-arco-dorada-88123", html(
        "Hogar.es", '<div id="app"><div class="loading">Cargando...</div></div>'
        f'<script>window.__PRELOADED__ = {{"page":{{"type":"pdp"}},"pdp":{{"product":{{"ref":"88123","displayName":"{name}","prices":{{"sale":129.9}},"media":[{{"type":"image","src":"https://media.hogar.example/88123/arco-1.jpg"}},{{"type":"image","src":"https://media.hogar.example/88123/arco-2.jpg"}}]}}}}}};</script>',
        head=f'<meta name="description" content="Compra {name} en Hogar.es. Envío en 48 h."><meta property="og:title" content="{name} | Hogar.es"><link rel="image_src" href="https://media.hogar.example/88123/arco-1.jpg">'),
        name, (), "arco-1")


@page
def later_korean_shop_software() -> Page:
    name = "달빛 린넨 커튼 (아이보리)"
    return Page("https://dalbit-home.example/product/detail.html?product_no=412&cate_no=43", html(
        f"{name} - 달빛홈", '<div id="header"><h1 class="logotop"><a href="/index.html"><img src="/web/upload/logo.png" alt="달빛홈"></a></h1><ul class="category"><li><a href="/c/1">침구</a></li><li><a href="/c/43">패브릭</a></li></ul></div>'
        '<div class="headcategory path"><span>현재 위치</span><ol><li><a href="/">홈</a></li><li><a href="/c/43">패브릭</a></li><li><strong><a href="/c/431">커튼</a></strong></li><li class="displaynone"><a href="">&nbsp;</a></li></ol></div>'
        f'<div class="detailArea"><div class="imgArea"><div class="keyImg"><a><img src="//dalbit-home.example/web/product/big/412_shop1.jpg" class="BigImage"></a></div></div><div class="infoArea"><div class="headingArea"><h2>{name}</h2></div></div></div>'),
        name, ("패브릭", "커튼"), "big/412_shop1")


@page
def later_path_with_a_caption_nobody_listed() -> Page:
    name = "Ullteppe Fjell 130x200"
    return Page("https://bolig.example/p/ullteppe-fjell", html(
        f"{name} | Bolig", '<nav class="breadcrumb"><span class="label">Veien hit</span><ul><li><a href="/">Hjem</a></li><li><a href="/tekstil">Tekstil</a></li><li><a href="/tekstil/tepper">Tepper</a></li></ul></nav>'
        f'<div class="gallery"><img src="/img/fjell-1.jpg" alt="{name}"></div><h1>{name}</h1>' + FOOTER),
        name, ("Tekstil", "Tepper"), "fjell-1")


@page
def later_electronics_first_level_in_bold() -> Page:
    name = "帕尔塔（PARTA）PT-260 移动硬盘 500G（黑色）"
    return Page("http://item.dianzi.example/720317.html", html(
        f"【帕尔塔PT-260】{name}【行情 报价 价格 评测】-电子城", '<div class="breadcrumb"><strong><a href="http://www.dianzi.example/computer.html">电脑、办公</a></strong><span>&nbsp;&gt;&nbsp;<a href="/670-686.html">外设产品</a>&nbsp;&gt;&nbsp;<a href="/670-686-693.html">移动硬盘</a>&nbsp;&gt;&nbsp;</span><span><a href="/pinpai/693.html">帕尔塔</a>&nbsp;&gt;&nbsp;<a href="http://item.dianzi.example/720317.html">帕尔塔PT-260</a></span></div>'
        f'<div id="name"><h1>{name}</h1></div><div id="preview"><div class="jqzoom"><img src="http://img.dianzi.example/n1/pt260.jpg" width="350" height="350"></div></div>' + FOOTER),
        name, ("电脑、办公", "外设产品", "移动硬盘", "帕尔塔"), "pt260")


@page
def later_books_edition_beside_the_title() -> Page:
    name = "长河落日：一个测绘队员的手记（精装典藏版，附手绘地图）"
    return Page("http://product.shuwu.example/product.aspx?product_id=22512345", html(
        "长河落日：一个测绘队员的手记（精装典藏版，附手绘地图）（林之远 著）_简介_书评_在线阅读-书屋图书",
        '<div class="crumbs"><a href="http://www.shuwu.example">书屋网</a>&gt;<a href="http://book.shuwu.example">图书</a>&gt;<a href="/c/1">文学</a></div>'
        '<div class="bigpic"><img id="largePic" src="http://img.shuwu.example/22512345-1_w.jpg"></div><div class="head"><h1>长河落日：一个测绘队员的手记<span class="t1">（精装典藏版，附手绘地图）</span></h1></div>' + FOOTER),
        name, ("图书", "文学"), "22512345-1_w")


@page
def later_picture_that_waits_for_its_script() -> Page:
    name = "Thornbury TB10SK Cast-Iron Skillet, 10.25-inch"
    return Page("http://www.kitchens.example/dp/B00A1B2C3D", html(
        f"Kitchens.example: {name}: Home &amp; Kitchen", f'<table><tr><td id="prodImageCell"><a href="/images/B00A1B2C3D"><img id="main-image" src="/G/01/detail/loadIndicator-large._V192_.gif" alt="{name}"></a>'
        f'<noscript><img src="http://img.kitchens.example/I/51Thorn._SL500_.jpg" id="prodImage"></noscript></td></tr></table><h1 class="parseasinTitle"><span>{name}</span></h1>' + FOOTER),
        name, (), "51Thorn")


@page
def later_market_stall_with_its_own_menu() -> Page:
    name = "韩版修身显瘦长袖蕾丝打底衫 加绒加厚上衣"
    return Page("http://item.jishi.example/item.htm?id=35112894421", html(
        f"{name}-集市网", '<div id="hd"><div class="banner-box"><h2 class="title">甜甜小屋</h2></div><div class="shop-nav-ch"><ul class="menu-list"><li class="menu"><a href="http://shop1.jishi.example/"><span>首页</span></a></li><li class="menu"><a href="/l/0"><span>所有分类</span></a></li><li class="menu"><a href="/l/1"><span>秋装新品</span></a></li><li class="menu"><a href="/l/2"><span>打底衫</span></a></li></ul></div></div>'
        f'<div class="tb-detail-hd"><h3>{name}</h3></div><div class="tb-booth tb-pic"><img id="J_ImgBooth" data-src="http://img01.jishi.example/T1kXM.jpg_310x310.jpg"></div>' + FOOTER),
        name, (), "T1kXM")


@page
def later_path_of_links_each_in_the_folder_of_the_last() -> Page:
    name = "Cama Eloísa Single 1.5 Plazas"
    return Page("https://www.dormir.example/cama-eloisa-single-579695999.html?cgid=drmCam", html(
        f"{name} - Marquesas", '<header><ul><li><a href="https://www.dormir.example/dormitorio/">Dormitorio</a></li><li><a href="https://www.dormir.example/cocina/">Cocina</a></li><li><a href="https://www.dormir.example/cocina/ollas/">Ollas</a></li></ul></header>'
        '<div class="c2bf5fe"><a class="c7a87a5" href="https://www.dormir.example/dormitorio/"><span>Dormitorio</span></a>\n<a class="c7a87a5" href="https://www.dormir.example/dormitorio/camas-funcionales/"><span>Camas Funcionales</span></a>\n<a class="c7a87a5" href="https://www.dormir.example/dormitorio/camas-funcionales/marquesas/"><span>Marquesas</span></a></div>'
        f'<div class="ccaa706"><img src="/dw/722/579695.jpg?sw=513" alt="{name}"></div><h1>{name}</h1>' + FOOTER),
        name, ("Dormitorio", "Camas Funcionales", "Marquesas"), "579695.jpg")


@page
def later_menu_at_the_home_page_of_one_language() -> Page:
    name = "BJORNSKOG Soft toy, brown bear"
    return Page("https://www.meubel.example/gb/en/p/bjornskog-soft-toy-00402813/", html(
        f"{name} - MEUBEL", '<div class="hn1"><a href="/gb/en/">MEUBEL</a><a href="/gb/en/cat/products/">Products</a><a href="/gb/en/rooms/">Rooms</a><a href="https://order.meubel.example/gb/en/history/">Track order</a><a href="/gb/en/profile/login/">My profile</a></div>'
        '<ol class="c837e1" data-breadcrumb-links=""><li><a href="/gb/en/cat/furniture-fu001/"><span>Furniture</span></a></li><li><a href="/gb/en/cat/children-bc003/"><span>Children</span></a></li><li><a href="/gb/en/cat/soft-toys-18740/"><span>Soft toys</span></a></li></ol>'
        f'<div class="g1"><img src="/images/bjornskog__0710168.jpg" alt="{name}"></div><h1>{name}</h1>' + FOOTER),
        name, ("Furniture", "Children", "Soft toys"), "0710168")


@page
def later_stall_whose_box_holds_path_and_price() -> Page:
    name = "수제 자몽청 500ml"
    return Page("https://smart.jangteo.example/soomssi/products/4812345678", html(
        f"{name} : 숨씨상점", '<div id="app"><header><h1><a href="/soomssi/all">숨씨상점</a></h1></header><div id="content"><div class="_2rEp"><ul class="ySOk"><li><a href="/soomssi">홈</a></li><li><a href="/soomssi/category/ALL">전체상품</a></li><li><a href="/soomssi/category/50">과일청</a></li></ul></div>'
        f'<div class="_2-I3"><img src="https://shop-phinf.example/soomssi_jamong.jpg?type=m510" alt="대표이미지"><fieldset><h3 class="_3oDj _copyable">{name}</h3><strong><span>15,000</span>원</strong></fieldset></div></div></div>'),
        name, ("전체상품", "과일청"), "soomssi_jamong")


@page
def later_card_of_the_whole_site() -> Page:
    name = "Solar Lantern 200"
    return Page("https://www.brightwatt.example/products/solar-lantern-200", html(
        "Brightwatt | Off-grid energy for everyone", '<div id="root"><header class="Header_root__2x"><a href="/"><svg></svg></a></header><main><div class="Breadcrumbs_root__1a"><a href="/">Home</a><span class="Breadcrumbs_sep__9">/</span><a href="/lighting">Lighting</a><span class="Breadcrumbs_sep__9">/</span><a href="/lighting/lanterns">Lanterns</a></div>'
        f'<div class="Gallery_root__77"><img class="Gallery_main__5" src="https://cdn.brightwatt.example/p/lantern200-hero.webp" alt=""></div><div class="Product_info__8"><h1 class="Product_title__4">{name}</h1><p>$39</p></div></main></div>',
        head='<meta property="og:title" content="Brightwatt | Off-grid energy for everyone"><meta property="og:image" content="https://www.brightwatt.example/static/share-card.png">'),
        name, ("Lighting", "Lanterns"), "lantern200-hero")


@page
def later_list_that_ends_at_the_product() -> Page:
    name = "Aspirator robot Rolly R3, Wi-Fi, 2000 Pa, mop, Alb"
    return Page("https://www.electro.example/aspirator-robot-rolly-r3/pd/DABC12MBM/", html(
        f"{name} - electro.example", '<div class="c1"><ul><li><a href="/promo">Promotii</a></li><li><a href="/card">Card cadou</a></li></ul></div>'
        f'<section class="c2"><div class="c3"><ol class="c4"><li><a href="/electrocasnice">Electrocasnice</a></li><li><a href="/aspiratoare-fiare">Aspiratoare &amp; Fiare</a></li><li><a href="/robot">Aspiratoare robot</a></li><li class="c5">{name}</li></ol></div></section>'
        f'<div class="c6"><h1>{name}</h1><div class="c7"><img src="/images/res_rolly_450x450.jpg" alt="Aspirator robot Rolly R3"></div></div>' + FOOTER),
        name, ("Electrocasnice", "Aspiratoare & Fiare", "Aspiratoare robot"), "res_rolly")


@page
def later_path_whose_last_level_the_name_says_in_another_form() -> Page:
    name = 'Nordwave NW-50U 50" 4K Ultra HD LED -televisio'
    return Page("https://www.kauppa.example/fi/product/51234/kxbrp/Nordwave", html(
        f"{name.replace(chr(34), '&quot;')} – TV – Kauppa.example", '<div class="x1"><a href="/fi/etusivu"><img src="/logo-1.png" alt="Kauppa"></a></div><div class="x2"><ul class="x3"><li><a href="/fi/etusivu">Etusivu</a></li><li><a href="/fi/catalog/23a">TV ja video</a></li><li><a href="/fi/catalog/90b">Televisiot</a></li></ul></div>'
        f'<div class="x4"><img src="/480/images/2-512345.jpeg" alt=""></div><h1>{name}</h1>' + FOOTER),
        name, ("TV ja video", "Televisiot"), "2-512345")


@page
def later_box_of_a_path_and_a_brand() -> Page:
    name = "16 oz. Claw Hammer"
    return Page("https://www.depot.example/p/Ironcrest-16-oz-Claw-Hammer-IC16/301234567", html(
        f"Ironcrest {name}-IC16 - The Depot", '<div id="root"><div class="q1"><a href="https://www.depot.example">Home</a><svg></svg><span class="q2"><a href="/b/1">Tools</a></span><svg></svg><span class="q2"><a href="/b/2">Hand Tools</a></span><svg></svg><span class="q2"><a href="/b/3">Claw Hammers</a></span></div>'
        f'<div class="q3"><div class="q4"><a href="/b/ironcrest"><span>Ironcrest</span></a></div><h1>{name}</h1></div><div class="q5"><img src="/svn/ic16-64_600.jpg" alt="Ironcrest {name}" width="600" height="600"></div></div>' + FOOTER),
        name, ("Tools", "Hand Tools", "Claw Hammers"), "ic16-64")


@page
def later_name_in_a_plain_box_and_brand_first_in_the_title() -> Page:
    name = "Veltrine 维翠 氨基酸泡沫洁面乳 150毫升"
    return Page("https://goods.haigou.example/product/2345678.html", html(
        f"【Veltrine维翠洁面】{name}【价格 报价 正品 评测】-海购", '<nav class="crumbs"><a href="//www.haigou.example">首页</a><i>&gt;</i><span><a href="/c/1">美容彩妆</a></span><i>&gt;</i><span><a href="/c/2">洁面</a></span></nav>'
        f'<div class="k1"><img data-img="1" src="//nos.haigou.example/9f8e7d6c.jpg?imageView&amp;thumbnail=430x430" alt="Veltrine"></div><dl class="k2"><dt class="k3"><a href="/brand/1">Veltrine 维翠</a></dt><dt class="k4">{name}</dt><dt class="k5">温和清洁，不紧绷</dt></dl>' + FOOTER),
        name, ("美容彩妆", "洁面"), "9f8e7d6c")


@page
def later_title_that_is_only_the_shops() -> Page:
    name = "青木家 北欧实木床头柜 胡桃木色"
    return Page("https://mall.qm-home.example/goods/88231", html(
        "青木家居商城", '<div class="el-header"><div class="logo"><img src="/static/img/logo.3f.png"></div></div><div role="navigation" class="el-breadcrumb"><span class="el-breadcrumb__item"><span class="el-breadcrumb__inner is-link">首页</span><span class="el-breadcrumb__separator">/</span></span><span class="el-breadcrumb__item"><span class="el-breadcrumb__inner">家具</span><span class="el-breadcrumb__separator">/</span></span><span class="el-breadcrumb__item"><span class="el-breadcrumb__inner">床头柜</span><span class="el-breadcrumb__separator">/</span></span></div>'
        f'<div class="goods-detail"><div class="goods-pic"><img src="https://oss.qm-home.example/goods/ctg88231.jpg?x-oss-process=image/resize,w_500"></div><div class="goods-info"><p class="goods-title">{name}</p><p class="goods-price">￥399.00</p></div></div>'),
        name, ("家具", "床头柜"), "ctg88231")


@page
def later_carousel_that_goes_round() -> Page:
    name = "LED Grow Light 600W"
    return Page("https://store.glowfarm.example/item/led-grow-light-600", html(
        f"{name} - Glowfarm", '<div class="ant-breadcrumb"><span><a href="/">Home</a><span>/</span></span><span><a href="/c/indoor">Indoor Growing</a><span>/</span></span></div>'
        f'<div class="ant-col-12"><div class="slick-slide slick-cloned"><img src="https://cdn.glowfarm.example/grow600_back.jpg"></div><div class="slick-slide slick-active"><img src="https://cdn.glowfarm.example/grow600_front.jpg"></div><div class="slick-slide"><img src="https://cdn.glowfarm.example/grow600_back.jpg"></div></div><h1>{name}</h1>' + FOOTER),
        name, ("Indoor Growing",), "grow600_front")


@page
def later_supplier_with_a_menu_of_what_it_sells() -> Page:
    name = "跨境新款LED化妆镜 充电款台式梳妆镜 女"
    return Page("https://detail.pifa.example/offer/598765432109.html", html(
        f"{name}-批发网", '<div class="shop-topbar"><h2>晨曜电子商务商行</h2></div><div class="top-nav"><ul><li><a href="https://detail.pifa.example/index.html">首页</a></li><li><a href="/page/offerlist.htm">所有产品</a></li><li><a href="/page/a.htm">化妆镜</a></li></ul></div>'
        f'<h1 class="d-title">{name}</h1><div class="mod-detail-gallery"><a class="box-img"><img src="https://cbu01.pifa.example/9876543210_1122.400x400.jpg" alt="跨境新款LED化妆镜"></a></div>' + FOOTER),
        name, (), "9876543210_1122")
