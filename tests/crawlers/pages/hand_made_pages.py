"""Layouts of shops that wrote their own pages, Chinese ones of 2010 to 2016 above all: none marks a product up."""

from __future__ import annotations

from tests.crawlers.pages.shop_pages import FOOTER, Page, html, menu, page, related


@page
def portal_header_before_a_short_heading() -> Page:
    name = "索尔 A7 微单相机套机(28-70mm)"
    return Page(
        "http://detail.zol-like.example/digital_camera/index3512.shtml", html(
            f"【{name}】索尔 A7 报价_参数_图片_论坛_数码相机导购网",
            '<div class="top-nav"><a href="http://www.zol-like.example/">导购首页</a><a href="/news/">资讯</a><a href="/bbs/">论坛</a></div>'
            '<h2 class="sr-only">数码相机大全</h2>'
            '<div class="breadcrumb"><span>您的位置：</span><a href="http://detail.zol-like.example/subcategory.html">产品报价</a> &gt; <a href="/digital/">数码相机</a> &gt; <a href="/digital/sony/">索尔数码相机</a> &gt; 索尔 A7 微单相机套机(28-70mm)</div>'
            f'<div class="page-title clearfix"><h1>{name}</h1><span class="alias">别名：A7K</span></div>'
            '<div class="big-pic-fl"><a href="/pic/1.html"><img width="280" height="210" src="http://img2.zol-like.example/product/a7_280x210.jpg" alt="索尔A7微单相机套机"></a></div>'
            '<div class="small-pic"><a href="/pic/2.html"><img width="60" height="45" src="http://img2.zol-like.example/product/a7b_60x45.jpg"></a></div>' + related("索尔 A7R", "佳美 6D", heading="同类产品推荐") + FOOTER,
            charset="gbk"),
        name, ("产品报价", "数码相机", "索尔数码相机"), "a7_280x210")


@page
def supermarket_name_in_an_input() -> Page:
    name = "禾润 有机杂粮礼盒 3.2kg/盒"
    return Page(
        "http://item.yhd-like.example/item/5566", html(
            f"{name}【图片 价格 品牌 评论】-一号超市",
            '<div class="hd_logo"><a href="http://www.yhd-like.example/"><img src="http://d6.yihao.example/logo_new.png" alt="一号超市"></a></div>'
            '<div class="crumb clearfix" id="crumb_div"><a href="//list.yhd-like.example/c1" class="first">食品饮料</a><i>&gt;</i><div class="crumb_item"><a href="//list.yhd-like.example/c2">粮油干货</a><div class="hover_list"><a href="/c9">调味品</a><a href="/c10">方便速食</a></div></div>'
            f'<i>&gt;</i><a href="//list.yhd-like.example/c3">杂粮礼盒</a><i>&gt;</i><span>{name}</span></div>'
            f'<input type="hidden" id="productName" value="{name}"><div class="summary"><div class="picbox"><div class="mBox"><img id="J_prodImg" src="http://d6.yihao.example/t1/grains_380x380.jpg" width="380" height="380"></div></div>'
            f'<div class="mod_detailInfo"><h1 id="productMainName">{name}</h1><p id="productSubName" class="sub">满99减20 点击查看</p></div></div>' + related("东北大米 5kg") + FOOTER),
        name, ("食品饮料", "粮油干货", "杂粮礼盒"), "grains_380x380")


@page
def digital_shop_with_model_after_the_name() -> Page:
    name = "云峰 C500 1TB USB3.0 移动硬盘（黑）"
    return Page(
        "http://item.yixun-like.example/item-123.html", html(
            f"{name}【行情 价格 评价 图片】- 易购数码网",
            '<div class="crumb"><a href="http://www.yixun-like.example/">首页</a>&nbsp;&gt;&nbsp;<a href="/c1.html">电脑配件</a>&nbsp;&gt;&nbsp;<a href="/c2.html">存储设备</a>&nbsp;&gt;&nbsp;<a href="/c3.html">移动硬盘</a>&nbsp;&gt;&nbsp;<span>云峰 C500 1TB</span></div>'
            f'<div class="xbase"><div class="xgallery"><img id="xgalleryImg" src="http://img1.icson.example/product/mm/19/hd-1.jpg" width="300"></div><div class="xbase_col2"><h1 class="xname">{name}</h1><p class="xname_sub">下单立减10元</p></div></div>'
            '<div class="mod_hot"><h2>热销排行</h2><p><a href="/x">云峰 C600</a></p></div>' + FOOTER, charset="gb2312"),
        name, ("电脑配件", "存储设备", "移动硬盘"), "hd-1.jpg")


@page
def clothing_shop_title_begins_with_the_shop() -> Page:
    name = "2014春装新款女式牛津纺长袖衬衫 粉红条纹"
    return Page(
        "http://item.vancl-like.example/0023111.html", html(
            f"凡人诚品：{name}",
            '<div class="vanclHead"><a class="logo" href="http://www.vancl-like.example/"><img alt="凡人诚品" src="http://i.vanclimg.example/logo.png"></a></div>'
            '<div class="breadNav"><a href="http://www.vancl-like.example/">首页</a>&gt;<a href="http://catalog.vancl-like.example/women">女装</a>&gt;<a href="http://catalog.vancl-like.example/shirt">衬衫</a></div>'
            f'<div class="danpinBox"><div class="danpinTitle"><h2>\n{name}\n<span>#0023111</span></h2></div><div class="bigImg" id="vertical"><img id="midimg" src="http://p5.vanclimg.example/product/mid/0023111-1.jpg"><div style="display:none" id="winSelector"></div></div>'
            '<div class="smallImg"><ul id="imageMenu"><li><img src="http://p5.vanclimg.example/product/small/0023111-1.jpg"></li><li><img src="http://p5.vanclimg.example/product/small/0023111-2.jpg"></li></ul></div></div>' + related("长袖格子衬衫") + FOOTER),
        name, ("女装", "衬衫"), "0023111-1")


@page
def cosmetics_deal_with_a_marketing_heading() -> Page:
    name = "润颜玫瑰保湿喷雾 120ml"
    return Page(
        "http://bj.jumei-like.example/i/deal/d140801p1.html", html(
            f"{name} - 聚优品",
            '<h1 class="logo_text"><a href="http://www.jumei-like.example/">聚优品 - 极速免税店</a></h1>' + menu("首页", "名品特卖", "母婴") +
            '<div class="location"><a href="/">首页</a><span> &gt; </span><a href="/skin">护肤</a><span> &gt; </span><a href="/spray">喷雾</a></div>'
            f'<div class="deal_title"><span class="newdeal_breadcrumbs_deal"><b>[4.9折]</b></span><h2><a>{name}</a></h2></div><div class="deal_img_wrap"><img class="deal_img" width="440" height="280" lazy-src="http://p2.jmstatic.example/deal/rose_440_280.jpg" src="http://p0.jmstatic.example/g.gif"></div>' + related("玫瑰面膜") + FOOTER),
        name, ("护肤", "喷雾"), "rose_440_280")


@page
def phone_page_without_heading_or_path() -> Page:
    name = "手工编织竹篮 野餐收纳 大号"
    return Page(
        "https://m.zhulan.example/item/88", html(
            f"{name}",
            '<header class="m-top"><a href="javascript:history.back()">返回</a><span>商品详情</span><a href="/cart">购物车</a></header>'
            '<div class="swipe" id="slider"><ul><li><img src="//img.zhulan.example/basket-1.jpg!750"></li><li><img data-src="//img.zhulan.example/basket-2.jpg!750"></li></ul></div>'
            f'<div class="g-info"><div class="g-price">¥ <em>58.00</em></div><div class="g-tit">{name}</div></div><div class="g-like"><p>为你推荐</p><a href="/item/90"><img src="//img.zhulan.example/other-1.jpg"><p>竹编果盘</p></a></div>'),
        name, (), "basket-1")


@page
def classified_advertisement() -> Page:
    name = "九成新实木书桌转让 可自提"
    return Page(
        "http://bj.58-like.example/jiaju/2233x.shtml", html(
            f"【图】{name} - 朝阳望京二手家具 - 北京五八同城网",
            '<div class="nav-top-bar fl c_888 f12"><a href="http://bj.58-like.example/">北京五八同城</a> <i>&gt;</i> <a href="/sale.shtml">北京二手市场</a> <i>&gt;</i> <a href="/jiaju/">北京二手家具</a> <i>&gt;</i> <a href="/shuzhuo/">北京书桌</a></div>'
            f'<div class="detail-title"><h1 class="detail-title__name">{name}</h1><div class="detail-title__info">2016-05-06 更新</div></div><div id="img_smalls"></div><div class="boby_pic"><img src="http://pic.58cdn.example/p1/big/n_desk.jpg" alt="{name}"></div>'
            '<div class="userinfo"><img class="head" src="http://pic.58cdn.example/user/face.jpg" width="80" height="80"></div>' + FOOTER),
        name, ("北京二手市场", "北京二手家具", "北京书桌"), "n_desk")


@page
def path_in_table_cells_with_arrows() -> Page:
    name = "宜兴紫泥花盆 长方形 大号"
    return Page(
        "http://www.huapen.example/shop/show.asp?id=77", html(
            f"{name} -- 宜兴陶艺网",
            '<table width="980"><tr><td height="30" background="images/bg.gif">　您现在的位置： <a href="/">首页</a> → <a href="/shop/">花盆商店</a> → <a href="/shop/list.asp?id=3">紫泥花盆</a> → 产品详细</td></tr></table>'
            f'<table><tr><td><a href="uploadpic/2011/hp77.jpg" target="_blank"><img src="uploadpic/2011/hp77.jpg" width="260" border="0"></a></td><td><table><tr><td>商品名称：</td><td><strong>{name}</strong></td></tr><tr><td>市场价：</td><td>￥120</td></tr></table></td></tr></table>'
            '<table><tr><td><img src="images/hot.gif"><a href="show.asp?id=78"><img src="uploadpic/2011/hp78.jpg" width="80" height="60" alt="圆形花盆"></a></td></tr></table>' + FOOTER, charset="gb2312"),
        name, ("花盆商店", "紫泥花盆"), "hp77")


@page
def name_after_a_label() -> Page:
    name = "云南七子饼普洱茶 357克"
    return Page(
        "http://www.puer-cha.example/product/view/12.aspx", html(
            "产品展示-普洱茶业有限公司",
            '<div class="banner"><img src="/images/banner1.jpg" width="1000" height="300"></div><div class="pos">当前位置：<a href="/">网站首页</a> &gt;&gt; <a href="/product/">产品展示</a> &gt;&gt; <a href="/product/list/2.aspx">熟茶</a></div>'
            f'<div class="pro_view"><div class="pro_tu"><img src="/upfiles/cha-12.jpg" alt="{name}"></div><h3 class="pro_name">{name}</h3><p>规格：357克/饼</p></div><div class="contact"><h3>联系我们</h3></div>' + FOOTER),
        name, ("产品展示", "熟茶"), "cha-12")


@page
def flagship_name_suffix_in_brackets() -> Page:
    name = "米糊 儿童纯棉睡衣套装 秋冬款"
    return Page(
        "http://www.mihu-kids.example/goods-331.html", html(
            f"{name}(米糊童装官方旗舰店)_米糊童装",
            '<div class="logo"><a href="/"><img src="/themes/logo.jpg" alt="米糊童装"></a></div><div class="cur_pos"><a href="/">米糊童装</a> &raquo; <a href="/cat-1.html">儿童家居服</a> &raquo; <a href="/cat-3.html">睡衣套装</a></div>'
            f'<div class="goods_pic"><a href="/big/pj_l.jpg" id="zoom1" class="MagicZoom" rel="zoom"><img src="/mid/pj_m.jpg"></a></div><div class="goods_desc"><div class="goods_title">{name}</div></div>' + related("儿童浴袍") + FOOTER),
        name, ("儿童家居服", "睡衣套装"), "pj_")


@page
def heading_image_and_name_in_the_crumb() -> Page:
    name = "金丝楠木手串 2.0cm 十二颗"
    return Page(
        "http://wenwan.example/item-5.html", html(
            f"文玩城 | {name} | 手串 | 木质",
            '<h1><a href="/"><img src="/logo.png" alt="文玩城"></a></h1><p class="crumbs">文玩城 &gt; <a href="/wood">木质</a> &gt; <a href="/wood/bracelet">手串</a> &gt; <em>' + name + "</em></p>"
            f'<div class="pic-show"><img src="/images/blank.gif" data-lazy="/up/shouchuan-a.jpg"></div><div class="info"><div>{name}</div></div>' + related("小叶紫檀手串") + FOOTER),
        name, ("木质", "手串"), "shouchuan-a")


@page
def group_purchase_of_a_service() -> Page:
    name = "川味小院：4人餐，免费WiFi"
    return Page(
        "http://www.tuan-like.example/deal/9988.html", html(
            "【北京川味小院团购】川味小院4人餐团购|图片|价格|菜单_团团网",
            '<div class="bread-nav" data-mod="dw"><span>北京团购</span> » <a href="/category/meishi">美食</a> » <a href="/category/chuancai">川菜</a> » <a href="/shop/1">川味小院</a></div>'
            f'<div class="deal-component-container"><h2 class="deal-component-title-prefix"></h2><h1 class="deal-component-title">{name}</h1><div class="deal-component-cover"><img class="focus-view" src="http://p0.tuan.example/deal/cwxy.jpg" width="460" alt="川味小院4人餐"></div></div>' + FOOTER),
        name, ("北京团购", "美食", "川菜", "川味小院"), "cwxy")


@page
def taiwan_page_with_slashes_and_full_width_marks() -> Page:
    name = "手沖咖啡濾杯組（附濾紙100張）"
    return Page(
        "https://www.kafei.example.tw/product_detail.php?pid=91", html(
            f"《咖啡生活館》{name}｜濾杯｜手沖器材",
            '<div class="inner-path"><a href="index.php">首頁</a>／<a href="list.php?c=1">手沖器材</a>／<a href="list.php?c=4">濾杯</a></div>'
            f'<div class="product-area"><div class="pd-photo"><div class="owl-carousel"><div class="item"><img class="owl-lazy" data-src="upload/dripper_1.jpg"></div><div class="item"><img class="owl-lazy" data-src="upload/dripper_2.jpg"></div></div></div><div class="pd-name">{name}</div></div>'
            + related("手沖壺", heading="您可能也喜歡") + FOOTER),
        name, ("手沖器材", "濾杯"), "dripper_1")


@page
def address_of_the_large_picture_in_a_link() -> Page:
    name = "不锈钢真空保温壶 2L"
    return Page(
        "http://baowen.example/p/22.html", html(
            f"{name}价格,图片,参数-保温壶商城",
            '<div id="site_nav"><ul><li><a href="/">首页</a></li><li><a href="/new">新品</a></li></ul></div><div class="dqwz"><b>当前位置</b>：<a href="/">首页</a> - <a href="/kettle">壶具</a> - <a href="/kettle/vacuum">保温壶</a></div>'
            f'<div class="l_pic"><a href="/attached/kettle_b.jpg" rel="lightbox"><img src="/attached/kettle_s.jpg" width="200" height="200"></a></div><h1 class="r_tit">{name}<span>热卖</span></h1>'
            '<div class="ad"><a href="/promo"><img src="/attached/double11.jpg" width="960" height="90" alt="双十一"></a></div>' + FOOTER),
        name, ("壶具", "保温壶"), "kettle_")


@page
def name_repeated_only_by_the_description() -> Page:
    name = "海南贵妃芒果 新鲜水果 5斤装"
    return Page(
        "http://shuiguo.example/detail?gid=9", html(
            "商品详情 - 鲜果到家",
            f'<div class="logo"><a href="/"><img src="/logo.png" alt="鲜果到家"></a></div><div class="swiper-container"><div class="swiper-slide"><img src="/pic/mango.jpg"></div></div><p class="goods-name">{name}</p><p class="goods-brief">果园直发</p><h3>猜你喜欢</h3><p class="goods-name-small">赣南脐橙</p>',
            head=f'<meta name="description" content="{name}，产地直供，坏果包赔">'),
        name, (), "mango.jpg")
