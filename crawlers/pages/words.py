"""The words that pages of any shop use around a product: home pages, cues, boilerplate, refusals; and how texts are compared."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

from crawlers.pages.document import Document, squeeze

HOME = {
    "home", "homepage", "home page", "main page", "main", "start", "startseite", "accueil", "inicio", "início", "página inicial", "principal", "portada",
    "etusivu", "hem", "hjem", "forside", "startpagina", "strona główna", "domů", "úvod", "domov", "naslovnica", "početna", "acasă", "kezdőlap", "főoldal",
    "главная", "головна", "αρχική", "anasayfa", "ana sayfa", "trang chủ", "beranda", "หน้าแรก", "الرئيسية", "דף הבית",
    "首页", "首頁", "主页", "主頁", "网站首页", "網站首頁", "商城首页", "回首頁", "回首页", "返回首页", "本站首页", "ホーム", "トップ", "トップページ", "top", "홈", "메인",
    "home page", "shop home", "zur startseite", "back to home",
}
BACK = re.compile(
    r"^(?:[<«‹←]\s*)?(?:back|back to .{0,40}|zurück.{0,20}|retour.{0,20}|volver.{0,20}|voltar.{0,20}|indietro|torna.{0,20}|tilbage|takaisin|tillbaka|"
    r"返回.{0,12}|戻る|뒤로|all results|search results)$", re.I)
CUES = re.compile(
    r"(当前位置|當前位置|您的位置|你的位置|您当前的位置|您现在的位置|您目前的位置|您現在的位置|目前位置|现在位置|現在位置|所在位置|所在地|位置|"
    r"you are here|you're here|you are in|sie sind hier|sie befinden sich hier|vous êtes ici|estás en|está en|você está (?:em|aqui)|ti trovi in|sei (?:in|qui)|"
    r"u bent hier|olet tässä|du är här|jesteś tutaj|nalazite se)\s*[:：]?", re.I)
# A title's parts made of nothing but these say what the page does, not what the product is.
BOILERPLATE = (
    "图片", "圖片", "价格", "價格", "报价", "報價", "品牌", "参数", "參數", "评测", "評測", "评价", "評價", "行情", "怎么样", "怎麼樣", "好不好", "多少钱", "哪个好",
    "批发", "批發", "采购", "供应", "厂家", "直销", "正品", "行货", "包邮", "特价", "促销", "优惠", "优惠券", "推荐", "推薦", "购买", "購買", "网购", "網購", "网上购物", "購物",
    "大全", "专卖", "官网", "官網", "官方", "官方网站", "旗舰店", "商城", "商品", "商品详情", "商品詳情", "产品详情", "详情", "在线", "线上", "最新", "热卖", "热销", "新款", "價錢",
    "buy", "online", "buy online", "shop", "shop online", "price", "prices", "best price", "best prices", "low prices", "review", "reviews", "free shipping",
    "fast delivery", "free delivery", "next day delivery", "delivery", "sale", "for sale", "at", "on", "in", "the", "official", "site", "store", "and", "with", "specs", "photos",
    "kaufen", "online kaufen", "günstig", "bestellen", "online bestellen", "bei", "im", "shop", "preis", "versandkostenfrei", "kopen", "online kopen",
    "comprar", "compre", "precio", "preço", "oferta", "ofertas", "en", "em", "online", "a buen precio", "envío gratis", "frete grátis", "acquista", "acquista online",
    "prezzo", "prezzi", "offerta", "vendita", "su", "acheter", "achat", "pas cher", "prix", "en ligne", "sur", "chez", "livraison gratuite", "osta", "köp", "köpa", "kupi", "cena",
    "通販", "激安", "公式", "公式サイト", "公式通販", "販売", "価格", "送料無料", "구매", "최저가", "가격", "쇼핑", "쇼핑몰", "купить", "цена", "интернет-магазин",
)
SHOP_NAME_ENDS = re.compile(
    r"(?:网|網|商城|商场|超市|官网|旗舰店|专营店|专卖店|购物|購物|易购|优选|严选|市场|百货|书店|線上購物|网上商城|購物網|購物中心|\.com|\.cn|\.net|\.org|\.[a-z]{2,3}(?:\.[a-z]{2})?|"
    r"store|shop|outlet|online|official site|official store|스토어|쇼핑|몰|通販|公式|ストア|ショップ|市場)$", re.I)
REFUSAL = re.compile(
    r"(?:^|\b|\D)(?:404|403|410|500|502|503)(?:$|\b|\D).{0,60}(?:not found|error|forbidden|unavailable|gone|gateway)|^\s*(?:404|403|410|500|502|503)\s*$|"
    r"(?:error|oops|错误|錯誤)[^a-z0-9]{0,3}(?:404|403|410|500|502|503)|"
    r"page (?:not found|cannot be found|does(?:n't| not) exist|unavailable)|not found$|access denied|forbidden$|robot check|are you (?:a )?(?:human|robot)|captcha|"
    r"just a moment|attention required|bot verification|security check|service unavailable|internal server error|bad gateway|"
    r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|p[áa]gina n[ãa]o encontrada|página no encontrada|pagina non trovata|"
    r"页面不存在|頁面不存在|找不到(?:页面|頁面|该|您|网页|網頁)|您访问的页面|访问的页面不存在|商品不存在|宝贝不存在|商品已下架|已下架|已经下架|此商品已|很抱歉.{0,20}(?:不存在|下架|找不到)|"
    r"访问验证|安全验证|滑动验证|访问被拒绝|访问过于频繁|系统繁忙|服务器错误|出错了|出錯了|ページが見つかりません|お探しのページ|페이지를 찾을 수 없", re.I)
PRICE = re.compile(
    r"^\W*(?:(?:rmb|cny|usd|eur|gbp|jpy|krw|twd|hkd|nt|us|hk|kr|chf|pln|zł|руб|r\$|p\.?)\W*)?[\d][\d.,'\s  ]*\W*"
    r"(?:元|円|원|起|rmb|cny|usd|eur|gbp|jpy|krw|twd|chf|pln|zł|kr|руб|€|£|¥|￥|\$)?\W*(?:[-~–]\W*[\d][\d.,\s]*)?\W*$", re.I)
SEPARATORS = r"\s:{2,}\s|[|｜_›»·•丨┃]|\s[-–—−:/~>‹«]\s|[-–—](?=[^\x00-\u2e7f])|(?<=[^\x00-\u2e7f])[-–—](?=\S)|:\s|：(?=\S)"
_SPLIT = re.compile(SEPARATORS)
_EXTRACT_HOST = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def clean(text: object) -> str:
    """One line, entities resolved however often a shop escaped them.

    >>> clean("Tops &amp;amp;  Tees")
    'Tops & Tees'
    """
    if not isinstance(text, str):
        return ""
    for _ in range(3):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return squeeze(text)


@lru_cache(maxsize=65536)
def key(text: str) -> str:
    """What two spellings of a text have in common: letters and digits, compatibility forms and case folded.

    >>> key("Ｏrange – Crush 12!") == key("orange crush 12")
    True
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def weight(text: str) -> float:
    """How much a text says: a Han character or kana as much as two letters."""
    return sum(2.0 if "⺀" <= c <= "鿿" or "가" <= c <= "힣" else 1.0 for c in key(text))


def segments(title: str) -> list[str]:
    """A title's parts between separators.

    >>> segments("雪花秀 润致精华-淘宝网"), segments("T-shirt Basic | Shop")
    (['雪花秀 润致精华', '淘宝网'], ['T-shirt Basic', 'Shop'])
    """
    return [part for part in (piece.strip() for piece in _SPLIT.split(title)) if part]


_BOILERPLATE_KEYS = sorted({key(word) for word in BOILERPLATE if len(key(word)) > 3 or not word.isascii()}, key=len, reverse=True)
_BOILERPLATE_WORDS = {key(part) for word in BOILERPLATE for part in (word, *word.split())}


def is_boilerplate(text: str) -> bool:
    """Whether nothing but boilerplate is in it.

    >>> is_boilerplate("图片 价格 品牌 报价"), is_boilerplate("buy online at best price"), is_boilerplate("蜂蜜")
    (True, True, False)
    """
    rest = " ".join(word for word in re.split(r"[\s,，、/&+]+", text) if key(word) not in _BOILERPLATE_WORDS)
    left = key(rest)
    for word in _BOILERPLATE_KEYS:
        left = left.replace(word, "")
    return not left


def is_price(text: str) -> bool:
    """
    >>> is_price("¥ 199.00"), is_price("$1,299.00 - $1,500.00"), is_price("1984")
    (True, True, False)
    """
    return len(text) < 40 and bool(PRICE.match(text)) and not text.strip().isdecimal()


def host_words(url: str) -> set[str]:
    """The keys by which a shop's address names it: {"jd"} for item.jd.com, {"shopbestseller", "bestseller"} for shop.bestseller.com."""
    try:
        host = urlsplit(url).hostname or ""
        parts = _EXTRACT_HOST(host)
    except ValueError:
        return set()
    names = {parts.domain, f"{parts.domain}.{parts.suffix}", host, host.removeprefix("www.")}
    if parts.subdomain and parts.subdomain != "www":
        names |= {f"{parts.subdomain.split('.')[-1]}{parts.domain}", f"{parts.domain}{parts.subdomain.split('.')[-1]}"}
    return {key(name) for name in names if len(key(name)) > 1}


@lru_cache(maxsize=4096)
def _domain(host: str) -> str:
    return _EXTRACT_HOST(host).domain


def is_home_address(url: str | None, page_url: str) -> bool:
    """Whether it is the home page of the page's own site, or of the site's part in one language."""
    if not url:
        return False
    try:
        there, here = urlsplit(url), urlsplit(page_url)
    except ValueError:
        return False
    if there.query or len(there.path) > 24:
        return False
    path = re.sub(r"/(?:index|default|home|main)(?:\.\w{2,5})?$", "/", there.path.rstrip("/") or "/")
    path = re.sub(r"^/(?:[a-z]{2}(?:[-_][a-zA-Z]{2})?)(?:/[a-z]{2})?/?$", "/", path)
    if path not in ("/", ""):
        return False
    host, own = (there.hostname or "").removeprefix("www."), (here.hostname or "").removeprefix("www.")
    if not host or not own or host == own:
        return True
    return (there.hostname or "").startswith("www.") and _domain(host) == _domain(own)


def site_names(document: Document) -> set[str]:
    """Keys of every name by which the page calls its own site: metas, links to the home page and their pictures, the host."""
    found = [*document.meta("og:site_name", "application-name", "apple-mobile-web-app-title", "copyright", "twitter:site", "al:ios:app_name", "publisher")]
    for link in document.tree.iter("a"):
        target = link.get("href") or ""
        if len(target) > 80 or not is_home_address(document.absolute(target), document.url):
            continue
        found += [link.get("title") or "", *(image.get("alt") or "" for image in link.iter("img"))]
        text = squeeze(link.text_content()) if len(link) < 20 else ""
        if len(text) < 40:
            found.append(text)
    names = host_words(document.url)
    for text in found:
        text = clean(text)
        if not 1 < len(text) <= 120:
            continue
        names |= {key(part) for part in (text, *segments(text)) if 1 < len(key(part)) <= 40}
    return {name for name in names if name} - {key(word) for word in HOME}


def names_site(text: str, sites: set[str]) -> bool:
    """Whether a text is the site's name, perhaps with words around it that every shop uses.

    >>> names_site("Zalando.fi", {"zalando", "zalandofi"}), names_site("Puzzle", {"lafeltrinelli"})
    (True, False)
    """
    said = key(text)
    if not said:
        return True
    if said in sites:
        return True
    for site in sites:
        if len(site) >= 3 and site in said and len(said) <= 2.5 * len(site) + 6:
            rest = said.replace(site, "", 1)
            if len(rest) <= max(4, len(site)) or is_boilerplate(rest):
                return True
        if len(said) >= 3 and site.startswith(said) and len(said) >= 0.5 * len(site):
            return True
    return False


def is_home(name: str, url: str | None, page_url: str, sites: set[str]) -> bool:
    return squeeze(name).casefold() in HOME or is_home_address(url, page_url) or (names_site(name, sites) and not url) or key(name) in sites
