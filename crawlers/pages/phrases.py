"""What pages of any shop say around a product, in the languages of the web: home pages, cues, boilerplate, refusals."""

from __future__ import annotations

import re


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


HOME = frozenset(_listed("""
    home | homepage | home page | main page | main | start | startseite | accueil | inicio | início | página inicial |
    principal | portada | etusivu | hem | hjem | forside | startpagina | strona główna | domů | úvod | domov |
    naslovnica | početna | acasă | kezdőlap | főoldal | главная | головна | αρχική | anasayfa | ana sayfa | trang chủ |
    beranda | หน้าแรก | الرئيسية | דף הבית | 首页 | 首頁 | 主页 | 主頁 | 网站首页 | 網站首頁 | 商城首页 | 回首頁 |
    回首页 | 返回首页 | 本站首页 | ホーム | トップ | トップページ | top | 홈 | 메인 | shop home | zur startseite |
    back to home
"""))
# A title's parts made of nothing but these say what the page does, not what the product is.
BOILERPLATE = _listed("""
    图片 | 圖片 | 价格 | 價格 | 报价 | 報價 | 品牌 | 参数 | 參數 | 评测 | 評測 | 评价 | 評價 | 评论 | 評論 | 行情 | 怎么样 | 怎麼樣 |
    好不好 | 多少钱 | 哪个好 | 批发 | 批發 | 采购 | 供应 | 厂家 | 直销 | 正品 | 行货 | 包邮 | 特价 | 促销 | 优惠 |
    优惠券 | 推荐 | 推薦 | 购买 | 購買 | 网购 | 網購 | 网上购物 | 購物 | 大全 | 专卖 | 官网 | 官網 | 官方 | 官方网站 |
    旗舰店 | 商城 | 商品 | 商品详细 | 商品介绍 | 正文 | 商品详情 |
    全部 | 所有 | 分类 | 分類 | 产品 | 產品 | 宝贝 | 详细 | 詳細 | 信息 | 资料 | 介绍 | 介紹 | 展示 | 查看 | 内容 | 规格 |
    商品詳情 | 产品详情 | 详情 | 在线 | 线上 | 最新 | 热卖 | 热销 | 新款 | 價錢 | buy |
    online | buy online | shop | shop online | price | prices | best price | best prices | low prices | review |
    reviews | free shipping | fast delivery | free delivery | next day delivery | delivery | sale | for sale | at | on |
    in | the | official | site | store | and | with | specs |
    details | product details | product | photos | kaufen | online kaufen | günstig | bestellen |
    online bestellen | bei | im | preis | versandkostenfrei | kopen | online kopen | comprar | compre | precio | preço |
    oferta | ofertas | en | em | a buen precio | envío gratis | frete grátis | acquista | acquista online | prezzo |
    prezzi | offerta | vendita | su | acheter | achat | pas cher | prix | en ligne | sur | chez | livraison gratuite |
    osta | köp | köpa | kupi | cena | 通販 | 激安 | 公式 | 公式サイト | 公式通販 | 販売 | 価格 | 送料無料 | 구매 |
    최저가 | 가격 | 쇼핑 | 쇼핑몰 | купить | цена | интернет-магазин
""")
BACK = re.compile(
    r"^(?:[<«‹←]\s*)?(?:back|back to .{0,40}|zurück.{0,20}|retour.{0,20}|volver.{0,20}|voltar.{0,20}|indietro|torna.{0,20}|tilbage|takaisin|tillbaka|"
    r"返回.{0,12}|戻る|뒤로|all results|search results)$",
    re.I,
)
CUE_WORDS = _listed("""
    当前位置 | 當前位置 | 您的位置 | 你的位置 | 您当前的位置 | 您现在的位置 | 您目前的位置 | 您現在的位置 | 目前位置 | 现在位置 |
    現在位置 | 所在位置 | 所在地 | 位置 | you are here | you're here | you are in | sie sind hier | sie befinden sich hier |
    vous êtes ici | estás en | está en | você está em | você está aqui | ti trovi in | sei in | sei qui | u bent hier |
    olet tässä | du är här | jesteś tutaj | nalazite se | du er her | nacházíte se | vy jste zde | sunteți aici | вы здесь |
    вы находитесь | usted está aquí | je bent hier | u bevindt zich hier | buradasınız | 현재 위치 | 현재위치 | 現在地
""")
CUES = re.compile(rf"({'|'.join(sorted(CUE_WORDS, key=len, reverse=True))})\s*[:：]?", re.I)
SHOP_NAME_ENDS = re.compile(
    r"(?:网|網|商城|商场|超市|官网|旗舰店|专营店|专卖店|电器|购物|購物|易购|优选|严选|市场|百货|书店|線上購物|网上商城|購物網|"
    r"購物中心|\.com|\.cn|\.net|\.org|\.[a-z]{2,3}(?:\.[a-z]{2})?|"
    r"store|shop|outlet|online|official site|official store|스토어|쇼핑|몰|상점|마켓|마트|通販|公式|ストア|ショップ|市場)$",
    re.I,
)
REFUSAL = re.compile(
    r"(?:^\W*(?:404|403|410|500|502|503)\b.{0,60}|\b(?:404|403|410|500|502|503)\W{0,5}(?:page |service |bad )?)"
    r"(?:not found|error(?!-?\w)|forbidden|unavailable|gone\b|gateway)|^\W*404\s*[-–—|:]\s|"
    r"^\s*(?:404|403|410|500|502|503)\s*$|"
    r"(?:error|oops|错误|錯誤)[^a-z0-9]{0,3}(?:404|403|410|500|502|503)|"
    r"page (?:not found|cannot be found|does(?:n't| not) exist|unavailable)|not found$|access denied|^\W*(?:403\W*)?forbidden\W*$|robot check|"
    r"are you (?:a )?(?:human|robot)|^\W*(?:re)?captcha\W*$|captcha (?:check|challenge|required|verification)|"
    r"(?:enter|solve|complete)\b.{0,20}captcha|"
    r"^\W*oops\b.{0,40}\b(?:page|gone|wrong|lost|error)\b|page (?:is|has been|was) (?:gone|removed|deleted)|"
    r"just a moment|attention required|bot verification|security check|service unavailable|internal server error|bad gateway|"
    r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|p[áa]gina n[ãa]o encontrada|página no encontrada|pagina non trovata|"
    r"页面不存在|頁面不存在|找不到(?:页面|頁面|该|您|网页|網頁)|您访问的页面|访问的页面不存在|商品不存在|宝贝不存在|"
    r"商品已下架|已下架|已经下架|此商品已|很抱歉.{0,20}(?:不存在|下架|找不到)|"
    r"访问验证|安全验证|滑动验证|访问被拒绝|访问过于频繁|系统繁忙|服务器错误|出错[了啦]|出錯[了啦]|验证码拦截|请输入验证码|^\W*验证码\W*$|ページが見つかりません|"
    r"お探しのページ|페이지를 찾을 수 없",
    re.I,
)
PRICE = re.compile(
    r"^\W*(?:(?:rmb|cny|usd|eur|gbp|jpy|krw|twd|hkd|nt|us|hk|kr|chf|pln|zł|руб|r\$|p\.?)\W*)?[\d][\d.,'\s  ]*\W*"
    r"(?:元|円|원|起|rmb|cny|usd|eur|gbp|jpy|krw|twd|chf|pln|zł|kr|руб|€|£|¥|￥|\$)?\W*(?:[-~–]\W*[\d][\d.,\s]*)?\W*$",
    re.I,
)
