package readiness

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// What is said of the configuration.
var (
	notConfigured       = bilingual.Text{En: "the configuration has no merchant %s", Zh: "配置中没有商户 %s"}
	notConfiguredAdvice = bilingual.Text{
		En: "add a merchant block with its keys, or a row to the merchants file, and reload; its route stays as it is",
		Zh: "请添加该商户的 merchant 块及密钥，或在商户文件中添加一行，然后重新加载；路由不会因此改变",
	}
	keysBroken       = bilingual.Text{En: "the keys for v2 do not work: %s", Zh: "v2 的密钥不可用：%s"}
	keysBrokenAdvice = bilingual.Text{
		En: "see private_key and gateway_key, and \"caddy paybridge selfcheck\"",
		Zh: "请检查 private_key 和 gateway_key，并运行 caddy paybridge selfcheck",
	}
	noWeChatApp = bilingual.Text{
		En: "payments in WeChat were seen, and the merchant has neither a wechat_app nor jsapi hosted",
		Zh: "有微信内支付，但该商户既没有 wechat_app，也没有设置 jsapi hosted",
	}
	rawWithoutApp = bilingual.Text{
		En: "payments in WeChat were seen, and the merchant has jsapi raw without a wechat_app: who comes without an openid reads that it does not take WeChat Pay",
		Zh: "有微信内支付，但该商户设置了 jsapi raw 而没有 wechat_app：没有 openid 的付款人会看到“商户暂不支持微信支付”",
	}
	rawWithoutAppAdvice = bilingual.Text{
		En: "add wechat_app, or take jsapi raw out: orders that come with an openid are paid by our page all the same, the others by the gateway's",
		Zh: "请添加 wechat_app，或去掉 jsapi raw：带 openid 的订单仍由我们的页面支付，其他的由网关的页面支付",
	}
	noWeChatAppAdvice = bilingual.Text{
		En: "payers without an openid are sent to the gateway's own page; if they should not be, add wechat_app. Openids of another account are refused by WeChat",
		Zh: "没有 openid 的付款人会进入网关自己的页面；如不希望如此，请添加 wechat_app。其他公众号的 openid 会被微信拒绝",
	}
)

// What is said of openid.html, which the merchant's payers open.
var (
	openIDWithoutApp = bilingual.Text{
		En: "openid.html was seen on the old route, and the merchant has no wechat_app: at 100 %% on v2 its payers read that it does not take WeChat Pay (404)",
		Zh: "旧路由上见到过 openid.html，但该商户没有 wechat_app：v2 为 100 %% 时，付款人会看到“商户暂不支持微信支付”（404）",
	}
	openIDWithoutAppAdvice = bilingual.Text{
		En: "add wechat_app and redirect_hosts, with jsapi hosted, too; it is often the shop's login that ends there, so that no order comes and the guard sees nothing",
		Zh: "请添加 wechat_app 和 redirect_hosts，设置了 jsapi hosted 也一样；停在这里的往往是商店的登录，因此不会有订单，自动撤回也看不到",
	}
	openIDWithoutDefault = bilingual.Text{
		En: "openid.html was seen on the old route, and the merchant has a wechat_app for some payways only: calls without payway, or with another, end in a 404 at 100 %% on v2",
		Zh: "旧路由上见到过 openid.html，但该商户的 wechat_app 只用于部分 payway：v2 为 100 %% 时，不带 payway 或带其他 payway 的访问得到 404",
	}
	openIDWithoutPayWay = bilingual.Text{
		En: "openid.html was called with payway %s, for which the merchant has no wechat_app",
		Zh: "openid.html 曾带 payway %s 被访问，而该商户没有用于它的 wechat_app",
	}
	openIDWithoutDefaultAdvice = bilingual.Text{
		En: "add a wechat_app without payway, unless the merchant's programs name those payways only",
		Zh: "请添加一个不带 payway 的 wechat_app，除非商户的程序只使用这些 payway",
	}
	noRedirectHosts = bilingual.Text{
		En: "openid.html was seen on the old route, and the merchant has no redirect_hosts: at 100 %% on v2 its payers read that the address is not allowed (403)",
		Zh: "旧路由上见到过 openid.html，但该商户没有 redirect_hosts：v2 为 100 %% 时，付款人会看到地址不被允许（403）",
	}
	onlyPaidHosts = bilingual.Text{
		En: "openid.html was seen on the old route, and the merchant has no redirect_hosts: at 100 %% on v2 it goes only to hosts to which paid orders of v2 were notified before",
		Zh: "旧路由上见到过 openid.html，但该商户没有 redirect_hosts：v2 为 100 %% 时，只能返回 v2 已支付订单通知过的主机",
	}
	noRedirectHostsAdvice = bilingual.Text{
		En: "write the hosts of the backurl with which the merchant's pages call openid.html into redirect_hosts; ask the merchant for them",
		Zh: "请把商户页面访问 openid.html 时 backurl 中的主机写入 redirect_hosts；请向商户确认",
	}
	otherHost = bilingual.Text{
		En: "openid.html was to go back to %s, which redirect_hosts does not name: at 100 %% on v2 it answers with a 403",
		Zh: "openid.html 曾要返回 %s，而 redirect_hosts 中没有该主机：v2 为 100 %% 时得到 403",
	}
	otherHostAdvice = bilingual.Text{
		En: "add it to redirect_hosts only if the merchant says that it is its own: anybody can call the page with any host, and openids go there",
		Zh: "只有商户确认是自己的主机，才写入 redirect_hosts：任何人都可以用任意主机访问该页面，而 openid 会发到那里",
	}
	oddBackURL = bilingual.Text{
		En: "openid.html was called without a backurl that v2 takes: it must be an absolute http or https address, its host in plain letters, of 512 bytes at most",
		Zh: "openid.html 被访问时的 backurl 是 v2 不接受的：须为完整的 http 或 https 地址，主机为普通字母，最长 512 字节",
	}
	oddBackURLAdvice = bilingual.Text{
		En: "see the example in the old gateway's log; if it is the merchant's page, it has to change its link",
		Zh: "请查看旧网关日志中的访问；如果来自商户的页面，需要商户修改链接",
	}
	keptOpenIDs = bilingual.Text{
		En: "the merchant's payers get their openids from the old gateway's openid.html: those that it keeps are of no use to another official account",
		Zh: "该商户的付款人从旧网关的 openid.html 取得 openid：商户保存的 openid 对其他公众号无效",
	}
	keptOpenIDsAdvice = bilingual.Text{
		En: "use the same AppID in wechat_app, or have the merchant forget the openids that it keeps when it moves; unless it has jsapi hosted, WeChat refuses payments with those of another account",
		Zh: "请在 wechat_app 中使用同一个 AppID，或者让商户在迁移时清除保存的 openid；没有设置 jsapi hosted 时，微信会拒绝使用其他公众号 openid 的支付",
	}
)

// What is said of how much was seen.
var (
	shadowOff       = bilingual.Text{En: "the shadow has switched itself off (%s), so nothing was compared", Zh: "比对已自动关闭（%s），因此没有任何比对"}
	shadowOffAdvice = bilingual.Text{
		En: "see the runbook PaybridgeShadowOff; \"caddy reload --force\" switches it on again",
		Zh: "请查看运行手册 PaybridgeShadowOff；caddy reload --force 会重新打开比对",
	}
	alone       = bilingual.Text{En: "the configuration has no old gateway, so all orders go to v2 already", Zh: "配置中没有旧网关，所有订单都已经走 v2"}
	aloneAdvice = bilingual.Text{
		En: "nothing is to be moved; where there is an old gateway, configure old_gateway and default_route",
		Zh: "没有需要迁移的内容；如果有旧网关，请配置 old_gateway 和 default_route",
	}
	notShadowed       = bilingual.Text{En: "nothing was compared: the merchant is not in the shadow", Zh: "没有任何比对：该商户的路由不是 shadow"}
	notShadowedAdvice = bilingual.Text{
		En: "caddy paybridge merchant route %s shadow --why \"before it moves\"; look again after a day",
		Zh: "caddy paybridge merchant route %s shadow --why \"迁移之前\"；一天之后再查看",
	}
	onlyPages = bilingual.Text{
		En: "nothing was compared: of this merchant only payers' pages come through this bridge (%s), and those are not compared",
		Zh: "没有任何比对：该商户经过支付桥的只有付款人的页面（%s），而页面不参与比对",
	}
	onlyPagesAdvice = bilingual.Text{
		En: "the shadow will never say anything of it: try a payment with \"caddy paybridge try pay %s\", look at what its pages need in the configuration, and move it by a small share",
		Zh: "比对对它永远不会有结果：请用 caddy paybridge try pay %s 试一笔支付，核对页面在配置中所需的内容，然后按小比例迁移",
	}
	noneCompared = bilingual.Text{
		En: "nothing was compared yet, although requests of this merchant come through this bridge",
		Zh: "该商户的请求经过了支付桥，但尚无任何比对",
	}
	noneComparedAdvice = bilingual.Text{
		En: "look again after a day: only what comes from now on is compared. \"caddy paybridge routes %s --left\" shows what has come, and when",
		Zh: "请一天之后再查看：只有此后到来的请求才参与比对。caddy paybridge routes %s --left 显示到来过什么、在什么时候",
	}
	noneLately = bilingual.Text{
		En: "nothing was compared: orders of this merchant are on record, but nothing came in these days",
		Zh: "没有任何比对：该商户有登记的订单，但这几天没有任何请求",
	}
	noneLatelyAdvice = bilingual.Text{
		En: "look further back with --days 30; if the merchant trades now, see whether its requests still come through this bridge",
		Zh: "请用 --days 30 查看更早的；如果该商户现在有交易，请确认请求是否仍经过支付桥",
	}
	nothingSeen       = bilingual.Text{En: "nothing was compared yet", Zh: "尚无任何比对"}
	nothingSeenAdvice = bilingual.Text{
		En: "if the merchant trades, its requests do not come through this bridge: see DNS and the old gateway's log",
		Zh: "如果该商户有交易，说明请求没有经过支付桥：请检查 DNS 和旧网关的日志",
	}
	oneDay       = bilingual.Text{En: "it was seen on one day only", Zh: "只观察了一天"}
	oneDayAdvice = bilingual.Text{
		En: "wait: some programs run at night, or once a day",
		Zh: "请等待：有些程序只在夜间运行，或每天只运行一次",
	}
	noPayments = bilingual.Text{En: "no payment was compared", Zh: "没有比对过支付请求"}
	uncompared = bilingual.Text{
		En: "%d exchanges could not be compared, most of them because: %s",
		Zh: "有 %d 次往来无法比对，多数原因是：%s",
	}
	uncomparedAdvice = bilingual.Text{
		En: "the verdict rests on the others; see the old gateway",
		Zh: "结论只依据其余的往来；请检查旧网关",
	}
)

// What is said of differences.
var (
	refused = bilingual.Text{
		En: "the bridge would refuse %s requests that the old gateway takes: member %s, respcode %s (%s)",
		Zh: "旧网关接受的 %s 请求会被支付桥拒绝：成员 %s，respcode %s（%s）",
	}
	refusedAdvice = bilingual.Text{
		En: "the example's request is in the old gateway's log; \"caddy paybridge explain\" says what is wrong with it. The merchant has to change it, or the bridge has to learn it",
		Zh: "示例订单的请求在旧网关的日志中；caddy paybridge explain 会说明问题所在。需要商户修改，或者由支付桥兼容",
	}
	otherSignKey = bilingual.Text{
		En: "%s requests that the old gateway takes are not signed with sign_key",
		Zh: "旧网关接受的 %s 请求不是用 sign_key 签名的",
	}
	otherReplyKey = bilingual.Text{
		En: "the old gateway's replies to %s are not signed with sign_key",
		Zh: "旧网关对 %s 的应答不是用 sign_key 签名的",
	}
	previousReplyKey = bilingual.Text{
		En: "the old gateway's replies to %s are signed with previous_sign_key",
		Zh: "旧网关对 %s 的应答是用 previous_sign_key 签名的",
	}
	otherSignKeyAdvice = bilingual.Text{
		En: "sign_key must be the md5 key that the old gateway has for this merchant, with no blank or line end",
		Zh: "sign_key 必须是旧网关上该商户的 md5 密钥，前后没有空格和换行",
	}
	taken = bilingual.Text{
		En: "the old gateway refuses (respcode %[2]s) %[1]s requests that the bridge would pass on to v2",
		Zh: "旧网关拒绝（respcode %[2]s）的 %[1]s 请求，支付桥会转给 v2",
	}
	unsealed      = bilingual.Text{En: "messages to v2 could not be encrypted and signed", Zh: "发往 v2 的报文无法加密签名"}
	memberMissing = bilingual.Text{
		En: "the bridge's replies to %s have no member %s, which the old gateway sends",
		Zh: "支付桥对 %s 的应答没有成员 %s，而旧网关有",
	}
	memberAdded = bilingual.Text{
		En: "the bridge's replies to %s have a member %s, which the old gateway does not send",
		Zh: "支付桥对 %s 的应答有成员 %s，而旧网关没有",
	}
	memberType = bilingual.Text{
		En: "in replies to %s the member %s is %s at the old gateway and %s at the bridge",
		Zh: "对 %s 的应答中，成员 %s 在旧网关是%s，在支付桥是%s",
	}
	memberValue = bilingual.Text{
		En: "in replies to %s the value of %s is another one at the bridge",
		Zh: "对 %s 的应答中，%s 的值与支付桥的不同",
	}
	memberValueThat = bilingual.Text{
		En: "in replies to %s the value of %s is another one at the bridge (old, ours: %s)",
		Zh: "对 %s 的应答中，%s 的值与支付桥的不同（旧网关、支付桥：%s）",
	}
	memberOrder = bilingual.Text{
		En: "in replies to %s the members come in another order, from %s on",
		Zh: "对 %s 的应答中，成员顺序不同，从 %s 开始",
	}
	memberAdvice = bilingual.Text{
		En: "ask the merchant whether its program reads this; a program that reads JSON by names bears most of it",
		Zh: "请询问商户的程序是否用到；按名称读取 JSON 的程序大多不受影响",
	}
	unreachable = bilingual.Text{
		En: "notifications to %s could not be delivered: %s",
		Zh: "无法向 %s 发送通知：%s",
	}
	reachable = bilingual.Text{
		En: "%s can be notified: its name and port were tried",
		Zh: "%s 可以接收通知：已试过域名和端口",
	}
	reachableByTLS = bilingual.Text{
		En: "%s can be notified: its name, port and TLS were tried",
		Zh: "%s 可以接收通知：已试过域名、端口和 TLS",
	}
	notAllTried = bilingual.Text{
		En: "%d notification hosts were tried, and others were not: there are too many",
		Zh: "已试过 %d 个通知地址，其余的没有试：地址太多",
	}
	noneToTry = bilingual.Text{
		En: "no notification host was seen, so none was tried",
		Zh: "没有见到通知地址，因此没有可试的",
	}
	otherDifferences = bilingual.Text{
		En: "in %s more was found than there is room to name",
		Zh: "%s 中发现的内容超出了可以逐一列出的数量",
	}
	otherDifferencesAdvice = bilingual.Text{
		En: "put right what is named first, and look again on the next day with --days 1",
		Zh: "请先处理已列出的内容，第二天再用 --days 1 查看",
	}
	notAllTriedAdvice = bilingual.Text{
		En: "see whether the merchant really has so many hosts, or names one for each order; with --days 1 only today's are tried",
		Zh: "请确认商户是否真有这么多地址，还是每个订单用一个；用 --days 1 只试今天的",
	}
)

// What is to be done about addresses that cannot be notified.
var (
	nameAdvice = bilingual.Text{
		En: "ask the merchant for the right name; a name that only the old gateway's name service knows must be known to the bridge's, too",
		Zh: "请向商户确认域名；只有旧网关的域名服务器才认识的域名，支付桥的也必须认识",
	}
	connectAdvice = bilingual.Text{
		En: "see whether the merchant's program runs, and whether its firewall lets only the old gateway in: then the merchant must let this bridge in, too",
		Zh: "请确认商户的程序在运行；如果商户的防火墙只放行旧网关，还需要放行本支付桥",
	}
	certificateAdvice = bilingual.Text{
		En: "the merchant has to mend its certificate; old gateways often did not look at it",
		Zh: "需要商户更换证书；旧网关往往不检查证书",
	}
	authorityAdvice = bilingual.Text{
		En: "name the authority of the merchant's certificate with callback_ca, or the merchant gets a public one; old gateways often did not look at it",
		Zh: "请用 callback_ca 指定商户证书的签发机构，或者由商户换成公共机构签发的证书；旧网关往往不检查证书",
	}
	notPublicAdvice = bilingual.Text{
		En: "if the bridge is to call it, write the address into allow_callbacks of the merchant",
		Zh: "如果确实要由支付桥调用，请把该地址写入商户的 allow_callbacks",
	}
	neverCalledAdvice = bilingual.Text{
		En: "no setting opens it; the merchant has to name another address",
		Zh: "没有任何设置可以放行；需要商户更换地址",
	}
	oddAddressAdvice = bilingual.Text{
		En: "the merchant has to write the host as a name, or as an address such as 203.0.113.7",
		Zh: "需要商户把主机写成域名，或者 203.0.113.7 这样的地址",
	}
	httpsOnlyAdvice = bilingual.Text{
		En: "the merchant has to name an https address, or take callback_https_only out",
		Zh: "需要商户提供 https 地址，或者去掉 callback_https_only",
	}
	otherAddressAdvice = bilingual.Text{
		En: "\"caddy paybridge try notify %s URL\" tries it with a sample notification",
		Zh: "caddy paybridge try notify %s URL 会发送一条示例通知来尝试",
	}
)

// What the codes mean with which the bridge would refuse requests.
var (
	badRequest  = bilingual.Text{En: "malformed", Zh: "格式错误"}
	unsupported = bilingual.Text{En: "action not supported", Zh: "不支持的交易类型"}
	badAmount   = bilingual.Text{En: "amount not acceptable", Zh: "金额不可接受"}
	otherCode   = bilingual.Text{En: "it does not fit into a message to v2", Zh: "无法写入发往 v2 的报文"}
)
