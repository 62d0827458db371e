"""More layouts, one awkwardness each: what misled an earlier version, or would mislead a simpler one."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, menu, page, related


@page
def levels_in_a_plain_list_and_in_the_keywords() -> Page:
    name = "玻尿酸保濕面膜 10片入"
    return Page(
        "https://www.momo-like.example/goods/GoodsDetail.jsp?i_code=5001", html(
            f"【水漾】{name} - momo購物網",
            menu("美妝保養", "3C", "家電", "食品")
            + '<div id="bt_2_layout_NAV"><ul><li><a href="/category/1900000000">美妝保養</a></li><li><a href="/category/1912900000">面膜</a></li>'
            '<li><a href="/category/1912900005">保濕面膜</a></li></ul></div>'
            f'<div class="prdnoteArea"><h3>{name}</h3></div><div class="jqzoomArea"><a class="jqzoom" href="https://i.example/5001_R.jpg"><img src="https://i.example/5001_B.jpg"></a></div>'
            + related("精華液", heading="瀏覽此商品的人，也瀏覽") + FOOTER,
            head=f'<meta name="keywords" content="{name},面膜,保濕面膜,水漾"><meta property="og:title" content="{name}">'),
        name, ("美妝保養", "面膜", "保濕面膜"), "5001_")


@page
def picture_whose_name_holds_icon() -> Page:
    name = "Silicone Phone Case Blue"
    return Page("https://cases.example/blue", html(
        f"{name} - Cases", f'<h1>{name}</h1><div class="gallery"><img src="/i/silicone-case-blue.jpg"></div><img src="/i/cart-icon.png">' + FOOTER),
        name, (), "silicone-case-blue")


@page
def picture_of_a_button_down_shirt() -> Page:
    name = "Button Down Oxford Shirt"
    return Page("https://shirts.example/oxford", html(
        f"{name} | Shirts", f'<h1>{name}</h1><div class="main-image"><img src="/i/button-down-oxford.jpg" alt="{name}"></div><img src="/i/buy-button.png" width="120">' + FOOTER),
        name, (), "button-down-oxford")


@page
def og_image_is_the_same_on_every_page() -> Page:
    name = "Hand-thrown Stoneware Bowl"
    return Page("https://clay.example/shop/bowl", html(
        f"{name} - Clay", f'<main><h1>{name}</h1><div class="product-gallery"><img class="main" src="/media/bowl-front.jpg" width="800" height="800" alt="{name}"></div></main>' + FOOTER,
        head='<meta property="og:image" content="https://clay.example/media/welcome.jpg">'),
        name, (), "bowl-front")


@page
def department_with_a_two_letter_address() -> Page:
    name = "Vision 55 inch OLED"
    return Page("https://electro.example/tv/vision-55", html(
        f"{name} | Electro", '<div class="top"><a href="/#">Offers</a><a href="/#menu">Menu</a></div>'
        '<nav class="breadcrumbs"><a href="/">Electro</a> / <a href="/tv">TV</a> / <a href="/tv/oled">OLED</a></nav>'
        f'<h1>{name}</h1><div class="gallery"><img src="/i/v55.jpg"></div>' + FOOTER),
        name, ("TV", "OLED"), "v55.jpg")


@page
def heading_with_an_article_number_inside() -> Page:
    name = "Cordless Drill 18V"
    return Page("https://tools.example/drill", html(
        f"{name} | Tools", f'<h1>{name} <span class="sku">Art. no. 11-22-33</span></h1><div class="gallery"><img src="/i/drill.jpg"></div>' + FOOTER),
        name, (), "drill.jpg")


@page
def title_cut_short() -> Page:
    name = "Professional Stand Mixer with Stainless Steel Bowl, Dough Hook, Whisk and Beater, 1200 W, Cream"
    return Page("https://kitchen.example/mixer", html(
        f"{name[:60]}... | Kitchen World", f'<h2>Welcome to Kitchen World</h2><h1>{name}</h1><div class="gallery"><img src="/i/mixer.jpg"></div>' + FOOTER),
        name, (), "mixer.jpg")


@page
def old_table_layout_with_fonts() -> Page:
    name = "红木雕花首饰盒"
    return Page("http://hongmu.example/show.asp?id=12", html(
        f"{name}-红木工艺品网", '<table><tr><td>您现在的位置：<a href="index.asp">首页</a>&nbsp;&gt;&gt;&nbsp;<a href="list.asp?c=1">木雕</a>&nbsp;&gt;&gt;&nbsp;<a href="list.asp?c=3">首饰盒</a></td></tr></table>'
        f'<table><tr><td><img src="UploadFile/2012-3/box01.jpg" width="300" height="260"></td><td><font color="#990000"><b>{name}</b></font></td></tr></table>' + FOOTER,
        charset="gb2312"),
        name, ("木雕", "首饰盒"), "box01")


@page
def crumbs_in_definition_list() -> Page:
    name = "纯棉四件套 1.8米床"
    return Page("https://jiafang.example/item/3", html(
        f"【{name}】价格_图片_评价-家纺商城", '<dl class="crumbs"><dt>所在位置：</dt><dd><a href="/">首页</a><em>&gt;</em><a href="/c/1">床上用品</a><em>&gt;</em><a href="/c/2">四件套</a></dd></dl>'
        f'<div class="goods-info"><h1 class="goods-name">{name}</h1></div><div class="goods-pic"><img src="/load.gif" data-original="/u/sjt.jpg"></div>' + FOOTER),
        name, ("床上用品", "四件套"), "sjt.jpg")


@page
def two_first_headings() -> Page:
    name = "Down Jacket Women Long"
    return Page("https://outdoor.example/p/9", html(
        f"{name} – Outdoor Outlet", '<h1 class="promo">Summer sale: everything 50 % off</h1>' + menu("Jackets", "Trousers")
        + f'<div class="product-info"><h1>{name}</h1></div><div class="product-images"><img data-src="/i/dj.jpg" src="/i/spacer.gif" alt=""></div>' + FOOTER),
        name, (), "dj.jpg")


@page
def breadcrumb_in_the_markup_says_less_than_the_page() -> Page:
    name = "Ergo Chair"
    return Page("https://office.example/chairs/ergo", html(
        f"{name} | Office", '<ul class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/furniture">Furniture</a></li><li><a href="/furniture/chairs">Chairs</a></li><li>Ergo Chair</li></ul>'
        f'<h1>{name}</h1><img class="product-image" src="/i/ergo.jpg">'
        '<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":[{"position":1,"name":"Home","item":"https://office.example/"},{"position":2,"name":"Chairs","item":"https://office.example/furniture/chairs"}]}</script>' + FOOTER),
        name, ("Furniture", "Chairs"), "ergo.jpg")


@page
def picture_only_in_css() -> Page:
    name = "Paper Lantern Round"
    return Page("https://lamps.example/lantern", html(
        f"{name} :: Lamps", f'<h1>{name}</h1><div class="product-photo" style="background-image: url(\'/i/lantern.jpg\')"></div>' + FOOTER),
        name, (), "lantern.jpg")


@page
def levels_called_breadcrumb_one_by_one() -> Page:
    name = "Copper Kettle 1.5 l"
    return Page("https://tea.example/kettle", html(
        f"{name} - Tea", '<div class="path-row"><div itemscope itemtype="http://data-vocabulary.org/Breadcrumb"><a href="https://tea.example/" itemprop="url"><span itemprop="title">Home</span></a></div>'
        '<div itemscope itemtype="http://data-vocabulary.org/Breadcrumb"><a href="/kitchen" itemprop="url"><span itemprop="title">Kitchen</span></a></div>'
        '<div itemscope itemtype="http://data-vocabulary.org/Breadcrumb"><a href="/kettles" itemprop="url"><span itemprop="title">Kettles</span></a></div></div>'
        f'<h1>{name}</h1><div class="gallery"><img src="/i/kettle.jpg"></div>' + FOOTER),
        name, ("Kitchen", "Kettles"), "kettle.jpg")


@page
def markup_with_two_names() -> Page:
    name = "Trail Jacket 2"
    return Page("https://north.example/trail-jacket-2", html(
        f"{name} | North", f'<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">North Peak</span><h1 itemprop="name">{name}</h1><img itemprop="image" src="/i/tj2.jpg"></div>' + FOOTER),
        name, (), "tj2.jpg")


@page
def path_that_ends_with_the_kind_of_page() -> Page:
    name = "竹纤维毛巾 三条装"
    return Page("https://maojin.example/g/7", html(
        f"{name}-毛巾网", '<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/c/1">家纺</a> &gt; <a href="/c/2">毛巾</a> &gt; 商品详情</div>'
        f'<h1>{name}</h1><div class="pic"><img src="/i/mj.jpg"></div>' + FOOTER),
        name, ("家纺", "毛巾"), "mj.jpg")


@page
def category_that_holds_the_product_s_name() -> Page:
    name = "Running Shoes"
    return Page("https://feet.example/p/44", html(
        f"{name} | Feet", '<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/men">Men</a></li><li><a href="/men/running">Men\'s Running Shoes</a></li></ol>'
        f'<h1>{name}</h1><div class="gallery"><img src="/i/rs.jpg"></div>' + FOOTER),
        name, ("Men", "Men's Running Shoes"), "rs.jpg")


@page
def path_below_the_heading_told_by_its_addresses() -> Page:
    name = "Folding Saw 21 cm"
    return Page("https://saws.example/p/21", html(
        f"{name} | Saws", f'<h1>{name}</h1><div class="gallery"><img src="/i/fs21.jpg"></div>'
        '<div class="x1"><a href="/garden">Garden</a> / <a href="/garden/cutting">Cutting</a> / <a href="/garden/cutting/hand-saws">Hand saws</a></div>' + FOOTER),
        name, ("Garden", "Cutting", "Hand saws"), "fs21.jpg")
