"""Layouts of Chinese, Japanese and Korean shops, most without any Product markup."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, menu, page, related


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
def gbk_page_that_claims_utf8() -> Page:
    name = "景德镇青花瓷茶杯 单只"
    return Page(
        "http://ciqi.example/p/5.html", html(
            f"{name}—瓷器之家网",
            f'<div class="weizhi"><a href="/">首页</a> &gt; <a href="/c/cha">茶具</a> &gt; <a href="/c/bei">茶杯</a></div><h2 class="pro_tit">{name}</h2><div class="pro_img"><img src="/uploads/cup1.jpg" width="350"></div>' + FOOTER,
            charset="gbk", declared="utf-8"),
        name, ("茶具", "茶杯"), "cup1")


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
