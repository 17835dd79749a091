package api

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// What requests are refused with before anybody looks at what they want. Member
// names, paths and methods stay as they are in both languages.
var (
	notServing = bilingual.Text{
		En: "paybridge is not running: it is still starting, or Caddy's configuration has no paybridge block, or loading it failed; see Caddy's log",
		Zh: "支付桥没有运行：正在启动，或者 Caddy 的配置中没有 paybridge 块，或者加载配置失败；请查看 Caddy 的日志",
	}
	unknownPath = bilingual.Text{
		En: "%s is not known; %sopenapi.json lists what there is",
		Zh: "没有 %s 这个路径；%sopenapi.json 列出了全部路径",
	}
	wrongMethod   = bilingual.Text{En: "%s does not take the method %s", Zh: "%s 不接受 %s 方法"}
	actionsAreOff = bilingual.Text{
		En: "changes from a browser are switched off; set console_actions in the paybridge block, or use the command line",
		Zh: "浏览器的操作没有开启；请在 paybridge 块中设置 console_actions，或使用命令行",
	}
	notFromConsole  = bilingual.Text{En: "changes are taken from the console's own page only", Zh: "只接受控制台页面自身发起的操作"}
	fromAnotherSite = bilingual.Text{En: "pages of other sites may ask nothing here", Zh: "不接受其他网站页面的请求"}
)

// What queries and bodies are refused with.
var (
	queryTooLong    = bilingual.Text{En: "query: longer than %d bytes", Zh: "query：超过 %d 字节"}
	queryUnreadable = bilingual.Text{En: "query: not urlencoded", Zh: "query：不是 urlencoded 格式"}
	bodyNotJSON     = bilingual.Text{En: "body: Content-Type must be application/json", Zh: "body：Content-Type 必须是 application/json"}
	bodyNotReceived = bilingual.Text{En: "body: not received", Zh: "body：没有收到"}
	bodyTooLong     = bilingual.Text{En: "body: longer than %d KiB", Zh: "body：超过 %d KiB"}
	bodyNotUTF8     = bilingual.Text{En: "body: not UTF-8", Zh: "body：不是 UTF-8"}
	bodyNotObject   = bilingual.Text{
		En: "body: not a JSON object with what this takes: %s",
		Zh: "body：不是所需的 JSON 对象，可以有：%s",
	}
	bodyGoesOn    = bilingual.Text{En: "body: something follows the JSON object", Zh: "body：JSON 对象之后还有内容"}
	wrongMember   = bilingual.Text{En: "%s.%s: %s", Zh: "%s.%s：%s"}
	missing       = bilingual.Text{En: "missing", Zh: "缺少"}
	unknownMember = bilingual.Text{En: "unknown; known are: %s", Zh: "未知；可以是：%s"}
	givenTooOften = bilingual.Text{En: "given %d times; give it once", Zh: "给出了 %d 次；只能给出一次"}
	textTooLong   = bilingual.Text{En: "longer than %d bytes", Zh: "超过 %d 字节"}
	notOfType     = bilingual.Text{En: "must not be a JSON %s", Zh: "不能是 JSON 的 %s"}
	notATime      = bilingual.Text{
		En: "not a time; write for example 2026-11-22T03:00:00+08:00 (with + as %%2B)",
		Zh: "不是时间；写法例如 2026-11-22T03:00:00+08:00（其中 + 写作 %%2B）",
	}
	notABool        = bilingual.Text{En: "neither true nor false", Zh: "既不是 true 也不是 false"}
	notANumber      = bilingual.Text{En: "not a whole number", Zh: "不是整数"}
	unknownValue    = bilingual.Text{En: "unknown value %s; one of: %s", Zh: "未知的值 %s；可以是：%s"}
	outOfRange      = bilingual.Text{En: "must be 1 to %d", Zh: "必须是 1 到 %d"}
	tooMany         = bilingual.Text{En: "more than %d", Zh: "超过 %d 个"}
	notADay         = bilingual.Text{En: "not a day; write for example 2026-11-22", Zh: "不是日期；写法例如 2026-11-22"}
	notACursor      = bilingual.Text{En: "not the member next of an answer", Zh: "不是某个应答中的 next"}
	notLater        = bilingual.Text{En: "must be later than from", Zh: "必须晚于 from"}
	notAnAmount     = bilingual.Text{En: "not an amount in fen", Zh: "不是以分为单位的金额"}
	notPositive     = bilingual.Text{En: "must be more than 0", Zh: "必须大于 0"}
	notMore         = bilingual.Text{En: "must not be less than the least amount", Zh: "不能小于最小金额"}
	bothNumbers     = bilingual.Text{En: "missing; an order is named by both numbers", Zh: "缺少；订单由商户号和订单号共同指明"}
	numbersTogether = bilingual.Text{
		En: "an order is named by merid and orderid together",
		Zh: "订单由 merid 和 orderid 共同指明",
	}
	reasonMissing = bilingual.Text{
		En: "missing; say in a few words why, it is kept with the change",
		Zh: "缺少；请简单写明原因，它会与这次操作一起记录",
	}
	notAGatewayNo = bilingual.Text{En: "not a number of the gateway", Zh: "不是网关的流水号"}
	relativePath  = bilingual.Text{En: "not an absolute path", Zh: "不是绝对路径"}
	notConfigured = bilingual.Text{En: "no merchant %s is configured", Zh: "配置中没有商户 %s"}
)

// What errors from below mean for the caller and what to do.
var (
	notInLedger = bilingual.Text{En: "not in the ledger", Zh: "账本中没有"}
	takenOver   = bilingual.Text{
		En: "somebody else works on it just now; look at it once more and try again",
		Zh: "此刻另有人正在处理；请重新查看，然后再试",
	}
	ledgerAway = bilingual.Text{
		En: "the ledger does not answer; see \"caddy paybridge selfcheck\" and Caddy's log",
		Zh: "账本没有回应；请查看 caddy paybridge selfcheck 和 Caddy 的日志",
	}
	tookTooLong = bilingual.Text{
		En: "it took too long; nothing certain is known, look before you repeat it",
		Zh: "用时过长，结果未知；请先查看现状，再决定是否重试",
	}
	bugMet = bilingual.Text{
		En: "a bug in the bridge ended this; Caddy's log says where, please report it. Nothing certain is known, look before you repeat it",
		Zh: "桥接程序的缺陷中断了此操作，Caddy 的日志写有出错位置，请反馈给我们；结果未知，请先查看现状，再决定是否重试",
	}
	rowDamaged = bilingual.Text{
		En: "%s; see the runbook PaybridgeRowsSetAside",
		Zh: "账本中有一行已损坏（%s）；请查看运行手册 PaybridgeRowsSetAside",
	}
	otherError = bilingual.Text{En: "%s", Zh: "没有完成：%s"}
)

// What is said of an order that is not found.
var (
	namesAnother = bilingual.Text{
		En: "merchant %s has no order with the number %s; it names order %s of merchant %s",
		Zh: "商户 %s 没有号码为 %s 的订单；该号码属于订单 %s，商户 %s",
	}
	namesOthers = bilingual.Text{
		En: "merchant %s has no order with the number %s; it names orders of the merchants %s",
		Zh: "商户 %s 没有号码为 %s 的订单；以下商户有该号码的订单：%s",
	}
	namesNone = bilingual.Text{
		En: "merchant %s has no order with the number %s, nor has any other merchant",
		Zh: "商户 %s 没有号码为 %s 的订单，其他商户也没有",
	}
	namesAnotherOld = bilingual.Text{
		En: "merchant %s has no order with the number %s; it names an order of merchant %s at the old gateway",
		Zh: "商户 %s 没有号码为 %s 的订单；该号码属于商户 %s 在旧网关的订单",
	}
	ofOldGateway = bilingual.Text{
		En: "order %s of merchant %s is one of the old gateway, on record since %s: ask there. This bridge has passed it on and knows nothing else of it",
		Zh: "订单 %s（商户 %s）属于旧网关，登记时间：%s。请到旧网关查询；支付桥只转发了它，不知道其他情况",
	}
	beijingTime  = bilingual.Text{En: "%s Beijing time", Zh: "%s（北京时间）"}
	unknownTime  = bilingual.Text{En: "a time that is not known", Zh: "时间未知"}
	namesSeveral = bilingual.Text{
		En: "the number %s names %d orders of merchant %s; use another number",
		Zh: "号码 %s 对应 %d 笔订单（商户 %s）；请使用其他号码",
	}
)

// What changes are refused with.
var (
	nothingChanged = bilingual.Text{En: "nothing was changed: %s", Zh: "没有改动：%s"}
	nothingToDeal  = bilingual.Text{
		En: "the %s of this order does not wait for anybody: it has not failed",
		Zh: "该订单的%s不需要人工处理：没有失败",
	}
	refundOnItsWay = bilingual.Text{
		En: "nothing is recorded: the refund is being tried at this moment and may still be paid; " +
			"look at the order again, and say it once the refund has failed",
		Zh: "没有记录：退款此刻正在重试，仍有可能退出；请再次查看订单，等退款失败之后再标记",
	}
	noSuchMessage = bilingual.Text{En: "no message %s is in quarantine", Zh: "隔离的消息中没有 %s"}
	dealtAlready  = bilingual.Text{En: "%s has said already that it is dealt with", Zh: "%s 已经记录为已处理"}
	pausedAlready = bilingual.Text{En: "merchant %s is paused already, by %s: %s", Zh: "商户 %s 已经暂停，操作人 %s：%s"}
	notPaused     = bilingual.Text{En: "merchant %s is not paused", Zh: "商户 %s 没有暂停"}
	noMerchant    = bilingual.Text{
		En: "no merchant %s is configured; see merchants",
		Zh: "配置中没有商户 %s；请查看商户列表",
	}
	noOldGateway = bilingual.Text{
		En: "there is no old gateway in the configuration, so all orders go to v2; see old_gateway and default_route",
		Zh: "配置中没有旧网关，因此所有订单都走 v2；请参阅 old_gateway 和 default_route",
	}
	merchantOrAll = bilingual.Text{En: "give a merchant's number, or all", Zh: "请给出一个商户号，或者 all"}
	defaultAlone  = bilingual.Text{
		En: "default takes the merchant's route away, and stands without share and actions",
		Zh: "default 会撤销商户的路由，不能带比例和 action",
	}
	allOnlyBack = bilingual.Text{
		En: "all merchants together only go back to old, or to default, which takes that back for those without a route of their own; move them one by one",
		Zh: "所有商户一起只能退回 old，或者 default（为没有自己路由的商户撤销前者）；迁移请逐个商户进行",
	}
	neverSeen = bilingual.Text{
		En: "no order of merchant %s is on record yet: a repeat of one that the old gateway has would be paid once more on v2; " +
			"let it run on the old route for a day, or force it if it has never had an order: merchant route … --force",
		Zh: "账本中还没有商户 %s 的订单：旧网关上已有的订单如果重复提交，会在 v2 上再付一次；请先让它在旧路由上运行一天，如果它从来没有订单，可以强制执行：merchant route … --force",
	}
	seenTooShort = bilingual.Text{
		En: "the orders of merchant %s have been on record for %d hours only, not for 24: a repeat of an older one would be paid once more on v2; wait, or force it: merchant route … --force",
		Zh: "商户 %s 的订单进入账本只有 %d 小时，不足 24 小时：更早的订单如果重复提交，会在 v2 上再付一次；请等待，或者强制执行：merchant route … --force",
	}
	backupElsewhere = bilingual.Text{
		En: "the ledger is on PostgreSQL; use its own tools (pg_basebackup, pg_dump)",
		Zh: "账本在 PostgreSQL 上；请使用它自己的工具（pg_basebackup、pg_dump）",
	}
	backupExists = bilingual.Text{En: "%s exists already; no file is overwritten", Zh: "%s 已经存在；已有的文件不会被覆盖"}
	otherFolder  = bilingual.Text{
		En: "the Caddy that runs sees another folder at %s than you do, so you would not find the file. Nothing was written. " +
			"Name a folder that both see, such as that of the ledger, or give the command where Caddy runs. As a service, Caddy has a /tmp and a /var/tmp of its own",
		Zh: "正在运行的 Caddy 在 %s 看到的目录与您看到的不同，因此您会找不到该文件。没有写入任何内容。" +
			"请指定双方都能看到的目录，例如账本所在的目录，或者在 Caddy 运行的环境中执行命令。作为系统服务运行时，Caddy 有自己的 /tmp 和 /var/tmp",
	}
	privateFolder = bilingual.Text{
		En: "%s is a temporary folder that systemd has made for Caddy alone: you would not find the file, and systemd deletes it when Caddy stops. " +
			"Nothing was written. Name another folder, such as that of the ledger",
		Zh: "%s 是 systemd 为 Caddy 单独建立的临时目录：您会找不到该文件，而且 Caddy 停止时 systemd 会删除它。" +
			"没有写入任何内容。请指定其他目录，例如账本所在的目录",
	}
	backupFailed = bilingual.Text{En: "no backup written: %s", Zh: "没有写出备份：%s"}
)

// What tries are refused with.
var (
	notAnAction = bilingual.Text{En: "not an action; write one of %s", Zh: "不是支付方式；可以是：%s"}
	notAPayment = bilingual.Text{En: "not an amount that can be paid, which is 0.01 to %s yuan", Zh: "不是可以支付的金额；可以支付 0.01 至 %s 元"}
	takesAtOnce = bilingual.Text{
		En: "%s takes the payer's money at once, with nobody asked again; say yes if that is meant",
		Zh: "%s 会立即扣款，不再询问付款人；确实要这样做请确认（yes）",
	}
	overTheLimit = bilingual.Text{
		En: "%s yuan is more than %s, and it is real money; say yes if that is meant",
		Zh: "%s 元超过 %s 元，而且是真实的资金；确实要这样做请确认（yes）",
	}
	cancelsACustomers = bilingual.Text{
		En: "%s is no order of a try: cancelling it closes or refunds what may be a customer's payment; say yes if that is meant",
		Zh: "%s 不是试单：取消会关闭它，或者退回顾客支付的款项；确实要这样做请确认（yes）",
	}
)

// What sending again is refused with, as a request and for single notifications.
var (
	resendNamesOne = bilingual.Text{
		En: "names one notification, so state, from, to and all must not be given",
		Zh: "指明了一条通知，因此不能再给出 state、from、to 和 all",
	}
	againNamesOne = bilingual.Text{
		En: "is for one notification at a time: give merid and orderid, and no rate",
		Zh: "一次只能用于一条通知：请给出 merid 和 orderid，不要给出 rate",
	}
	againWarning = bilingual.Text{
		En: "the merchant has acknowledged this payment; a program that does not recognise the order number credits it a second time",
		Zh: "商户已经确认过这笔支付；不识别重复订单号的程序会再次入账",
	}
	notAcknowledged = bilingual.Text{
		En: "again is for what the merchant has acknowledged; this one is %s: send it without --again",
		Zh: "again 只用于商户已经确认的通知；这一条的状态是“%s”：请不带 --again 重发",
	}
	beingCalled = bilingual.Text{
		En: "the merchant is being called about it, or was half a minute ago; see what came of that first",
		Zh: "正在或刚刚（半分钟内）就它通知商户；请先查看结果",
	}
	stateChanged = bilingual.Text{
		En: "it has changed meanwhile; look at the order and ask again",
		Zh: "它的状态刚刚发生了变化；请查看订单后再试",
	}
	ledgerTooSlow = bilingual.Text{
		En: "the ledger was too slow to say that the call may be made; nothing was sent, ask again in a minute",
		Zh: "账本响应太慢，无法及时确认可以发出；没有发送任何内容，请一分钟后再试",
	}
	bridgeStops = bilingual.Text{
		En: "the bridge is being stopped; nothing was sent, ask again afterwards",
		Zh: "支付桥正在停止；没有发送任何内容，请稍后再试",
	}
	answerNotRecorded = bilingual.Text{
		En: "the call was made (%s), and what came of it could not be written down; it is not repeated",
		Zh: "通知已经发出（%s），但结果未能写入账本；不会再次发送",
	}
	resendState = bilingual.Text{
		En: "only what is exhausted, paused or already_credited can be sent again",
		Zh: "只有 exhausted、paused 或 already_credited 的通知可以重发",
	}
	resendAll = bilingual.Text{
		En: "set it to send again everything there is, or choose a merchant or a time",
		Zh: "要重发全部通知请设置它，否则请指定商户或时间",
	}
	owesNone = bilingual.Text{
		En: "order %s of merchant %s owes no notification: it was never paid, or named no address",
		Zh: "订单 %s（商户 %s）没有需要发送的通知：从未支付，或没有给出通知地址",
	}
	resentMeanwhile = bilingual.Text{En: "somebody else has just sent it again", Zh: "刚刚已有人重发"}
	dealtMeanwhile  = bilingual.Text{
		En: "somebody has dealt with it; to send it all the same, name the order",
		Zh: "已有人处理；如果仍要重发，请指定该订单",
	}
	merchantPaused = bilingual.Text{
		En: "the merchant is paused; resume it, and everything that was kept back is sent",
		Zh: "商户处于暂停状态；恢复后，保留的通知会全部发送",
	}
	waitsAnyway    = bilingual.Text{En: "it waits for its next call anyway", Zh: "它本来就在等待下一次发送"}
	acknowledged   = bilingual.Text{En: "the merchant has acknowledged it", Zh: "商户已经确认"}
	orderNotPaid   = bilingual.Text{En: "the order is %s, not paid", Zh: "订单的状态是“%s”，不是已支付"}
	beingGivenBack = bilingual.Text{
		En: "the payment is being given back; telling of it now would make the merchant credit it",
		Zh: "款项正在退回；此时通知会让商户误入账",
	}
	givenBack = bilingual.Text{
		En: "the payment was given back; telling of it now would make the merchant credit it",
		Zh: "款项已经退回；此时通知会让商户误入账",
	}
	// It is so too where the refund has come back from the payer's card since.
	toldGivenBack = bilingual.Text{
		En: "the merchant was told that the payment was given back; telling of it now would make the merchant credit it",
		Zh: "商户已得知款项退回；此时通知会让商户误入账",
	}
)

// What is said of readiness while nothing runs.
var (
	engineStopped = bilingual.Text{En: "not running", Zh: "没有运行"}
	engineAdvice  = bilingual.Text{
		En: "Caddy's configuration has no paybridge block, or loading it failed; see Caddy's log",
		Zh: "Caddy 的配置中没有 paybridge 块，或者加载配置失败；请查看 Caddy 的日志",
	}
)

// What is said of forms that are kept.
var (
	keepingTime = bilingual.Text{En: "must be a time such as 10m, at most 1h", Zh: "必须是一段时间，例如 10m，最长 1h"}
	tooManyKept = bilingual.Text{
		En: "the forms of too many merchants are kept already; forget some of them first",
		Zh: "正在为过多的商户保留表单；请先清除其中一些",
	}
	nothingKept = bilingual.Text{
		En: "no forms of merchant %s are being kept; they go when their time is over and when the configuration is reloaded",
		Zh: "没有为商户 %s 保留表单；到时间后或重新加载配置时，保留的表单即被清除",
	}
)

// What a purge is refused with.
var (
	purgeTooYoung = bilingual.Text{En: "orders of the last 30 days are not purged", Zh: "最近 30 天的订单不能清除"}
	purgeFailed   = bilingual.Text{
		En: "the purge stopped after %d orders, which are in the file; ask again with another file: %v",
		Zh: "清除了 %d 笔订单（已写入文件）后中断；请换一个文件名再次执行：%v",
	}
)
