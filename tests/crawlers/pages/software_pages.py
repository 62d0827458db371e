"""Layouts of shop software and hand-made Western shops without Product markup, each with its own misleading surroundings."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, page, related

LIKE = "You may also like"


@page
def hybris_storefront() -> Page:
    name = "Akkuschrauber AS 18-2 Li Set"
    return Page(
        "https://www.werkzeug.example/de/akkuschrauber-as-18-2/p/100234", html(
            f"{name} | Akkuschrauber | Elektrowerkzeuge | Werkzeug Müller Onlineshop",
            '<div class="navigation__overflow"><ul class="nav__links--products"><li><a href="/de/c/1">Elektrowerkzeuge</a></li><li><a href="/de/c/2">Garten</a></li></ul></div>'
            '<div class="breadcrumb-section"><ol class="breadcrumb"><li><a href="/de/">Startseite</a></li><li><a href="/de/elektro/c/1">Elektrowerkzeuge</a></li><li><a href="/de/elektro/schrauber/c/12">Akkuschrauber</a></li><li class="active">' + name + "</li></ol></div>"
            f'<div class="product-details page-title"><div class="name">{name}<span class="sku">ID</span><span class="code">100234</span></div></div><div class="image-gallery js-gallery"><div class="carousel image-gallery__image js-gallery-image"><div class="item"><div class="thumb">'
            f'<img class="lazyOwl" data-src="/medias/300Wx300H-as18?context=bWFzdGVy" data-zoom-image="/medias/515Wx515H-as18?context=bWFzdGVyfA" alt="{name}"></div></div></div></div>'
            + related("Bohrer-Set", heading="Passendes Zubehör") + FOOTER),
        name, ("Elektrowerkzeuge", "Akkuschrauber"), "as18")


@page
def demandware_gallery() -> Page:
    name = "Pleated Midi Skirt in Sage"
    return Page(
        "https://www.moda.example/uk/womens/skirts/pleated-midi-skirt/MD8812.html?cgid=skirts", html(
            f"Women's {name} | Moda UK",
            '<div class="header-banner"><p>Free returns</p></div><div class="breadcrumb-wrapper"><ul class="breadcrumb"><li class="breadcrumb-element"><a href="/uk/home">Home</a></li><li class="breadcrumb-element"><a href="/uk/womens">Women</a></li><li class="breadcrumb-element"><a href="/uk/womens/skirts">Skirts</a></li></ul></div>'
            f'<div class="pdp-main"><div class="product-image-container"><div class="product-primary-image"><a class="product-image main-image" href="https://edge.disstg.example/is/image/moda/md8812_1?$zoom$"><img class="primary-image" src="https://edge.disstg.example/is/image/moda/md8812_1?$large$" alt="{name}, Green"></a></div>'
            '<div class="product-thumbnails"><ul><li class="thumb"><a href="#"><img class="productthumbnail" src="https://edge.disstg.example/is/image/moda/md8812_2?$thumb$"></a></li></ul></div></div>'
            f'<div class="product-detail"><h1 class="product-name">{name}</h1><div class="product-number">Item No. <span>MD8812</span></div></div></div>' + related("Linen Skirt", heading="Complete the look") + FOOTER),
        name, ("Women", "Skirts"), "md8812_1")


@page
def zen_cart_tables() -> Page:
    name = "Brass Door Hinge 100mm (Pair)"
    return Page(
        "https://www.hinges.example/index.php?main_page=product_info&cPath=3_10&products_id=180", html(
            f"{name} [BDH-100] - $12.99 : Hinge Depot, Door furniture since 1990",
            '<div id="logoWrapper"><a href="https://www.hinges.example/"><img src="includes/templates/logo.gif" alt="Hinge Depot" width="192" height="64"></a></div>'
            f'<div id="navBreadCrumb">  <a href="https://www.hinges.example/">Home</a>&nbsp;::&nbsp;<a href="/index.php?main_page=index&cPath=3">Door Furniture</a>&nbsp;::&nbsp;<a href="/index.php?main_page=index&cPath=3_10">Hinges</a>&nbsp;::&nbsp;{name}</div>'
            f'<div class="centerColumn" id="productGeneral"><div id="productMainImage" class="centeredContent back"><a href="images/hinge_LRG.jpg"><img src="images/hinge.jpg" alt="{name}" width="100" height="80"><br><span class="imgLink">larger image</span></a></div><h1 id="productName" class="productGeneral">{name}</h1><h2 id="productPrices">$12.99</h2></div>' + FOOTER),
        name, ("Door Furniture", "Hinges"), "hinge")


@page
def magento_one_more_views() -> Page:
    name = "Elizabeth Knit Top"
    return Page(
        "http://www.rwd.example/women/elizabeth-knit-top-596.html", html(
            f"{name} - Tops & Blouses - Women",
            '<div class="page-header-container"><a class="logo" href="http://www.rwd.example/"><img src="/skin/logo.gif" alt="Madison Island" class="large"></a></div>'
            '<div class="breadcrumbs"><ul><li class="home"><a href="http://www.rwd.example/" title="Go to Home Page">Home</a><span>/ </span></li><li class="category10"><a href="/women.html">Women</a><span>/ </span></li><li class="category11"><a href="/women/tops.html">Tops &amp; Blouses</a><span>/ </span></li>'
            f'<li class="product"><strong>{name}</strong></li></ul></div><div class="product-img-box"><div class="product-image product-image-zoom"><div class="product-image-gallery"><img id="image-main" class="gallery-image visible" src="/media/catalog/product/cache/1/image/1800x/knit1.jpg" alt="{name}"><img id="image-0" class="gallery-image" src="/media/catalog/product/cache/1/image/1800x/knit1.jpg"></div></div>'
            f'<div class="more-views"><ul><li><a class="thumb-link"><img src="/media/catalog/product/cache/1/thumbnail/75x/knit2.jpg" width="75" height="75"></a></li></ul></div></div><div class="product-shop"><div class="product-name"><span class="h1">{name}</span></div></div>' + related("Pencil Skirt", heading=LIKE) + FOOTER),
        name, ("Women", "Tops & Blouses"), "knit1")


@page
def osclass_small_ad() -> Page:
    name = "Mountain bike, hardly used, 29 inch"
    return Page(
        "https://ads.example/sport/bikes/mountain-bike-hardly-used_i3321", html(
            f"{name} Bristol, Avon - Free Ads",
            '<ul class="breadcrumb"><li class="first-child"><a href="https://ads.example/"><span>Free Ads</span></a></li><li>&raquo;<a href="/sport"><span>Sport</span></a></li><li>&raquo;<a href="/sport/bikes"><span>Bikes</span></a></li>'
            f'<li class="last-child">&raquo;<span>{name}</span></li></ul><div id="item-content"><h1><strong>{name}</strong> <span class="price">£180.00</span></h1><div class="item-photos"><a href="https://ads.example/oc-content/uploads/33/9001.jpg" class="main-photo"><img src="https://ads.example/oc-content/uploads/33/9001_preview.jpg" alt="{name}"></a></div></div>'
            '<div class="similar_ads"><h2>Related listings</h2><h3><a href="/x">Road bike carbon</a></h3><img src="/oc-content/uploads/34/other0.jpg"></div>' + FOOTER),
        name, ("Sport", "Bikes"), "9001")


@page
def brand_above_and_colour_below_the_heading() -> Page:
    name = "Runner Low Sneaker"
    return Page(
        "https://www.boutique.example/us/runner-low-sneaker-white/8001.html", html(
            f"NORDEN - {name} - White - 8001 | Boutique",
            f'<div class="pdp"><h2 class="pdp-brand"><a href="/norden">NORDEN</a></h2><h1 class="pdp-name">{name}</h1><p class="pdp-colour">White</p><p class="pdp-id">8001</p><div class="pdp-media"><picture><source srcset="https://i.boutique.example/8001_f.webp 1x, https://i.boutique.example/8001_f@2x.webp 2x" type="image/webp"><img src="https://i.boutique.example/8001_f.jpg" alt="White sneaker from the side"></picture></div></div>'
            '<div class="size-guide modal"><h1>Size guide</h1><img src="/img/size-chart.png" width="600"></div>' + related("High Sneaker", heading=LIKE) + FOOTER),
        name, (), "8001_f")


@page
def heading_is_the_category() -> Page:
    name = "Lavender Pillow Mist 75 ml"
    return Page(
        "https://scents.example/shop/bed/lavender-pillow-mist", html(
            f"{name} - Scents of Kent",
            '<div id="nav-path">You are here: <a href="/">Home</a> &raquo; <a href="/shop">Shop</a> &raquo; <a href="/shop/bed">Bed &amp; Sleep</a></div><h1>Bed &amp; Sleep</h1>'
            f'<div class="item"><h2>{name}</h2><img src="/photos/mist.jpg" width="320" alt="{name}"></div>' + FOOTER),
        name, ("Shop", "Bed & Sleep"), "mist.jpg")


@page
def name_split_over_brand_and_model_spans() -> Page:
    name = "Kaltman HX-200 Over-Ear Headphones"
    return Page(
        "https://sound.example/headphones/kaltman-hx-200", html(
            f"Buy {name} online at Sound Store",
            '<nav class="path"><a href="/">Sound Store</a><i class="icon-right"></i><a href="/audio">Audio</a><i class="icon-right"></i><a href="/headphones">Headphones</a></nav>'
            '<h1 class="prod"><span class="prod__brand">Kaltman</span> <span class="prod__model">HX-200 Over-Ear Headphones</span></h1><div class="viewer"><img src="/media/hx200-600.jpg" srcset="/media/hx200-600.jpg 600w, /media/hx200-1200.jpg 1200w"></div><ul class="pay"><li><img src="/img/visa.png"></li></ul>' + FOOTER),
        name, ("Audio", "Headphones"), "hx200")


@page
def drupal_commerce_page_title() -> Page:
    name = "Enamel Camping Mug, Blue Rim"
    return Page(
        "https://camp.example/mugs/enamel-camping-mug", html(
            f"{name} | Camp Supply Co.",
            '<div id="site-name"><h1><a href="/" rel="home">Camp Supply Co.</a></h1></div><h2 class="element-invisible">You are here</h2><div class="breadcrumb"><a href="/">Home</a> » <a href="/kitchen">Camp kitchen</a> » <a href="/mugs">Mugs</a></div>'
            f'<h1 class="page__title title" id="page-title">{name}</h1><div class="field field-name-field-product-image"><div class="field-items"><div class="field-item even"><img src="https://camp.example/sites/default/files/styles/product_full/public/mug.jpg?itok=x1" width="500" height="500" alt=""></div></div></div>' + FOOTER),
        name, ("Camp kitchen", "Mugs"), "mug.jpg")


@page
def nuxt_markup_with_hashed_classes() -> Page:
    name = "Ribbad tröja i ull"
    return Page(
        "https://www.klader.example/sv/dam/trojor/ribbad-troja-i-ull-445566", html(
            "Ribbad tröja i ull - Beige - Dam - Kläder SE",
            '<div class="_3kAx"><a class="_1f" href="/sv">Kläder</a></div><div class="css-1q2w3e"><a class="css-9" href="/sv">Hem</a><span class="css-7">/</span><a class="css-9" href="/sv/dam">Dam</a><span class="css-7">/</span><a class="css-9" href="/sv/dam/trojor">Tröjor</a></div>'
            f'<div class="css-4r5t"><div class="css-77"><img class="css-12" src="https://lp.klader.example/hmgoepprod?set=source[/a1/b2/445566_main.jpg]&amp;call=url[file:/product/main]" alt="{name} - Beige - Dam"></div><div class="css-78"><img class="css-12" src="https://lp.klader.example/hmgoepprod?set=source[/a1/b2/445566_back.jpg]&amp;call=url[file:/product/main]" alt="{name} - Beige - Dam"></div></div>'
            f'<div class="css-88"><h1 class="css-5">{name}</h1><span class="css-6">399 kr</span></div><div class="css-90"><h2 class="css-5">Köp till</h2><a href="/sv/dam/x"><img src="/other0.jpg" alt="Stickad mössa"></a></div>' + FOOTER),
        name, ("Dam", "Tröjor"), "445566_main")


@page
def pharmacy_path_with_pipes() -> Page:
    name = "Crema mani riparatrice 75 ml"
    return Page(
        "https://farmacia.example/crema-mani-riparatrice-75-ml", html(
            f"{name} | Farmacia Aurora | Spedizione gratuita",
            '<div class="sei-qui">Ti trovi in: <a href="/">Home</a> | <a href="/cosmesi">Cosmesi</a> | <a href="/cosmesi/mani">Mani e piedi</a></div>'
            f'<div class="scheda"><div class="foto"><a class="cloud-zoom" href="/img/p/mani_grande.jpg" rel="zoom"><img src="/img/p/mani.jpg" alt="{name}"></a></div><h1 class="titolo">{name}</h1></div><div class="bollini"><img src="/img/bollino-sconto.png" width="90"></div>' + related("Crema piedi", heading="Altri prodotti") + FOOTER),
        name, ("Cosmesi", "Mani e piedi"), "mani")


@page
def picture_in_a_style_of_a_slide() -> Page:
    name = "Drewniany stojak na wino"
    return Page(
        "https://sklep.example/produkt/drewniany-stojak-na-wino,123", html(
            f"{name} - Sklep Dom i Ogród",
            '<div class="okruszki"><span>Jesteś tutaj:</span> <a href="/">Strona główna</a> &gt; <a href="/kuchnia">Kuchnia</a> &gt; <a href="/kuchnia/stojaki">Stojaki</a></div>'
            f'<h1>{name}</h1><div class="slides"><div class="slide" style="background-image:url(/foto/stojak-1.jpg)"></div><div class="slide" style="background-image:url(/foto/stojak-2.jpg)"></div></div>'
            '<img src="/foto/dostawa.png" width="120" height="60" alt="Dostawa 24h"><div class="opinie"><img src="/foto/gwiazdki.png" width="120"></div>' + FOOTER),
        name, ("Kuchnia", "Stojaki"), "stojak-1")


@page
def og_title_is_the_only_name() -> Page:
    name = "Cuscino ortopedico memory foam"
    return Page(
        "https://dormi.example/it/p/9981", html(
            "Dormi Shop - Materassi e cuscini",
            '<div id="app"></div>',
            head=f'<meta property="og:title" content="{name}"><meta property="og:site_name" content="Dormi Shop"><meta property="og:image" content="https://cdn.dormi.example/9981/cuscino.jpg">'),
        name, (), "cuscino.jpg")


@page
def og_image_is_a_share_card_of_every_page() -> Page:
    name = "Handmade Ceramic Vase, Matte White"
    return Page(
        "https://ceramics.example/products/vase-white", html(
            f"{name} | Ceramics & Co.",
            '<div class="announcement"><h2>Spring sale</h2></div><div class="crumb-bar"><a href="/">Home</a> › <a href="/vases">Vases</a></div>'
            f'<div class="product-page"><div class="product-photos"><img class="photo" src="/uploads/vase-white-front.jpg" alt="" width="700" height="700"><img class="photo" src="/uploads/vase-white-side.jpg" alt="" width="700" height="700"></div><h1>{name}</h1></div>' + related("Ceramic Bowl", heading=LIKE) + FOOTER,
            head='<meta property="og:image" content="https://ceramics.example/assets/social-card-1200x630.png"><meta property="og:title" content="Handmade Ceramic Vase, Matte White">'),
        name, ("Vases",), "vase-white-front")


@page
def breadcrumb_at_the_foot_and_menu_called_so() -> Page:
    name = "Garden Hose Reel 30 m"
    return Page(
        "https://garten.example/hose-reel-30m", html(
            f"{name} – Garten & Co",
            '<ul class="nav nav-crumbs"><li><a href="/offers">Offers</a></li><li><a href="/new">New</a></li><li><a href="/brands">Brands</a></li></ul>'
            f'<h1>{name}</h1><div class="bild"><img src="/bilder/hose.jpg" width="400"></div><p>Long text</p>'
            f'<div class="bottom"><a href="/">Garten &amp; Co</a> › <a href="/watering">Watering</a> › <a href="/watering/hoses">Hoses &amp; Reels</a> › <span>{name}</span></div>'),
        name, ("Watering", "Hoses & Reels"), "hose.jpg")


@page
def sku_in_front_of_the_title() -> Page:
    name = "Hydraulic Floor Jack 3 Ton Low Profile"
    return Page(
        "https://autoparts.example/p/HFJ-3000", html(
            f"HFJ-3000: {name} : AutoParts Direct",
            '<div class="bc"><a href="/">Home</a><span class="arr">▸</span><a href="/garage">Garage</a><span class="arr">▸</span><a href="/garage/jacks">Jacks &amp; Stands</a></div>'
            f'<div class="ttl"><span class="partno">HFJ-3000</span><h1>{name}</h1></div><div id="pimg"><img id="mainpic" src="/pimg/hfj3000.jpg" onerror="this.src=\'/img/noimage.gif\'"></div><img src="/img/bbb-seal.png" width="100" alt="BBB accredited">' + FOOTER),
        name, ("Garage", "Jacks & Stands"), "hfj3000")


@page
def base_address_and_relative_pictures() -> Page:
    name = "Kinderbuch: Der kleine Biber"
    return Page(
        "https://www.buch.example/shop/artikel/4711", html(
            f"{name} - Buchhandlung Biber",
            '<div class="kruemel"><a href="shop/">Startseite</a> / <a href="shop/kinder">Kinderbücher</a> / <a href="shop/kinder/bilder">Bilderbücher</a></div>'
            f'<h1>{name}</h1><div class="cover"><img src="bilder/4711_gross.jpg"></div><div class="autor">von A. Autor</div><img src="bilder/versand.gif" width="50">' + FOOTER,
            head='<base href="https://www.buch.example/">'),
        name, ("Kinderbücher", "Bilderbücher"), "buch.example/bilder/4711_gross.jpg")


@page
def list_without_separators_called_nothing() -> Page:
    name = "Σκαμπό κουζίνας ξύλινο"
    return Page(
        "https://epipla.example/skampo-kouzinas", html(
            f"{name} - Έπιπλα Αθήνα",
            '<ul class="top-links"><li><a href="/account">Λογαριασμός</a></li><li><a href="/cart">Καλάθι</a></li></ul><ul class="xp"><li><a href="/">Αρχική</a></li><li><a href="/kouzina">Κουζίνα</a></li><li><a href="/kouzina/skampo">Σκαμπό</a></li><li>' + name + "</li></ul>"
            f'<h1>{name}</h1><figure><img src="/img/skampo.jpg" width="480" height="480"></figure>' + FOOTER),
        name, ("Κουζίνα", "Σκαμπό"), "skampo.jpg")


@page
def path_whose_last_level_is_the_type_not_the_product() -> Page:
    name = "Table"
    return Page(
        "https://plainwood.example/p/table", html(
            f"{name} | Plainwood", '<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/living">Living room</a></li><li><a href="/living/tables">Tables</a></li></ol>'
            f'<h1>{name}</h1><div class="gallery"><img src="/i/table-oak.jpg"></div>' + FOOTER),
        name, ("Living room", "Tables"), "table-oak")
