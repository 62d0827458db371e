"""Layouts of the shop software of Europe and the Americas, with markup and without."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, page, related


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
