package bilingual

// chineseOfHelp is the Chinese of what --help and the man pages show: a paragraph of a
// description, a summary or the usage of a flag.
var chineseOfHelp = map[string]string{ //nolint:gosec // nothing here is a credential
	// paybridge
	"Looks into Paybridge and acts on it": "查看并操作支付桥 Paybridge",
	`The commands of an operator. Most of them ask the Caddy that runs, through its
admin endpoint (see --address), and work on its ledger. Those marked "offline"
read files only and need no Caddy.`: `运维人员使用的命令。多数命令通过管理端点（见 --address）询问正在运行的 Caddy，
对它的账本进行操作。标有“离线”的命令只读取文件，不需要 Caddy。`,
	`Nothing that they print holds a key, a payer's openid or the address of a
notification beyond its host.`: "这些命令的输出中没有密钥、付款人的 openid，通知地址也只显示主机名。",
	`Exit statuses:
  0  done, and all is well
  1  no: the bridge refuses it or knows no such order, or one of the old gateway, the message does not verify, a check fails, a statement differs, or a merchant is not ready
  2  the command could not be carried out: a flag, a file, the configuration, no bridge to ask, or one that cannot answer
  3  done, with a warning: of selfcheck, of readiness, of payments near the ends of reconciled days, that a tried order was not paid in time, or that rows of the ledger cannot be read and are left out`: `退出状态：
  0  完成，一切正常
  1  否：支付桥拒绝或没有此单（包括旧网关的订单）、报文未通过验证、某项检查失败、对账单不符，或商户不能迁移
  2  命令无法执行：选项、文件、配置有问题，没有可以询问的支付桥，或支付桥无法回答
  3  完成，但有警告：来自 selfcheck、readiness；对账时临近日期边界的支付；试支付的订单没有按时付款；或账本中有行无法读取、没有列出`,
	"Language of what is printed: zh or en (default: that of LC_ALL, LC_MESSAGES or LANG)": "输出的语言：zh 或 en（默认由 LC_ALL、LC_MESSAGES 或 LANG 决定）",

	// backup
	"Writes a copy of the ledger to a file": "把账本的副本写入文件",
	`Has the Caddy that runs write a copy of its ledger, as it is at one moment, to a new
file on its own machine, which only Caddy's user can read. Payments go on. A path
that is not absolute starts at this folder. Caddy must be allowed to write there, and see
the same folder as you: as a service it may write below /var/lib/paybridge, and what it
calls /tmp and /var/tmp is its own, so that a path there is refused. How to restore the
copy is told in docs/operating.md.`: `让正在运行的 Caddy 把账本在某一时刻的副本写入它所在机器上的新文件，只有 Caddy 的用户可以读取。
支付照常进行。相对路径从当前目录算起。Caddy 必须有权写入该处，而且看到的目录要与您看到的相同：
作为系统服务，它可以写入 /var/lib/paybridge 之下；它的 /tmp 和 /var/tmp 是自己专用的，因此那里的路径会被拒绝。
如何用副本恢复，见 docs/operating.md。`,
	`This command does not overwrite a file, does not copy keys or the configuration,
and does not work for a ledger on PostgreSQL, which has tools of its own.`: "此命令不覆盖文件，不复制密钥和配置，也不适用于 PostgreSQL 上的账本：请用 PostgreSQL 自己的工具。",
	"Name of the config adapter to apply":                                              "配置适配器的名称",
	"Address of Caddy's admin endpoint (default: that of --config, or localhost:2019)": "Caddy 管理端点的地址（默认取 --config 中的地址，否则为 localhost:2019）",
	"Configuration file that names the admin endpoint":                                 "写有管理端点的配置文件",
	"Print the API's answer as JSON":                                                   "以 JSON 输出 API 的应答",

	// changes
	"Lists what people did, newest first": "列出人工操作，最新的在前",
	`Lists what was settled, refunded, sent again, dealt with, paused, resumed and routed
by people: when, by whom, why, and how it was before and after. Of everything, of
one merchant, or of one order.`: `列出人工的定案、退款、重发、处理、暂停、恢复和路由更改：时间、操作人、原因，以及前后的状态。
可以是全部、一个商户或一笔订单的。`,
	"This command changes nothing. What the bridge did by itself is told by \"order\".": "此命令不改动任何内容。支付桥自动做的事，见 order。",
	"Go on after this, as the page before says":                                         "从这里继续，取上一页给出的值",
	"At most so many, up to 500 (default 50)":                                           "最多列出多少条，不超过 500（默认 50）",

	// dealt
	"Takes an order off the list of what is to be done": "把订单从待处理清单中移除",
	`Says that somebody has dealt with a failed refund or an exhausted notification by
other means, and how. It is counted and alarmed no longer, and the bridge does not try
the refund again by itself. It is open again when somebody tries the refund or the
notification again and it fails.`: `说明一笔失败的退款或一条次数用尽的通知已经用其他方式处理，以及如何处理的；此后不再计数和告警，
支付桥也不再自动重试该退款。如果有人再次尝试退款或通知并且失败，会重新列为待处理。`,
	`This does not change the order, nor what its merchant hears. A refund that was given
back by hand is better settled: then the order is refunded, see "settle --help".`: `这不改变订单，也不改变商户得到的应答。已用人工方式退回的款项，最好用 settle 定案：
订单随之成为已退款，见 settle --help。`,
	"How it was dealt with, which is recorded (required)": "如何处理的，会记录下来（必填）",

	// explain
	"Tells why a message does or does not verify (offline)": "说明一条报文为什么通过或没有通过验证（离线）",
	`Reads one message, tells step by step what the bridge makes of it, and names the
likely cause when it does not verify, with what to tell the merchant or the
gateway's people.`: "读取一条报文，逐步说明支付桥如何处理；没有通过验证时，指出可能的原因，以及应当告诉商户或网关方什么。",
	`The message is a file, or standard input when none (or "-") is named: the body
of a form as it was received (urlencoded or multipart), a whole HTTP request, or
an answer of the gateway. Of a whole request, its first line and Content-Type
included, the verdict is that of a running bridge: by its path, its method and
how its form is written, too. It may also be a URL with req and sign in its query,
as an argument in quotes. Whether it is v1 or v2 is found out from the message.`: `报文来自文件；没有指定文件（或写“-”）时来自标准输入：收到的表单正文（urlencoded 或 multipart）、
完整的 HTTP 请求，或网关的应答。对于包含首行和 Content-Type 的完整请求，结论与运行中的支付桥一致：
路径、方法和表单的写法也一并判断。也可以是查询串中带有 req 和 sign 的 URL，作为加引号的参数。
报文是 v1 还是 v2，由报文本身判断。`,
	`The merchant is the one that the message names, in the configuration given; the
others of the same configuration are tried too, as keys get mixed up. Run the
command where the configuration's key files and environment variables are.`: `商户是报文中指明的那一个，取自给出的配置；同一配置中的其他商户也会试，因为密钥可能弄混。
请在配置所用的密钥文件和环境变量可用的地方执行。`,
	`It tells the names and lengths of parameters, and the values of merchant and
order numbers, action, amount, codes and states. It never prints a key, a
signature, an openid, a scanned code or an address.`: `它会显示参数的名称和长度，以及商户号、订单号、支付方式、金额、代码和状态；
从不显示密钥、签名、openid、付款码和地址。`,
	`Of a configuration with old_gateway it tells what is passed on to the old gateway,
and what v2 says of the rest where v2 serves it.`: "配置中有 old_gateway 时，它说明哪些转发给旧网关，以及其余的由 v2 处理时结果如何。",
	`It does not: ask the running Caddy, look into the ledger (so it cannot tell
whether an order or its amount is the right one, nor which side has it), send
anything, or change anything.`: `它不询问正在运行的 Caddy，不查看账本（因此不知道订单或金额是否正确，也不知道订单在哪一侧），
不发送任何内容，也不改动任何内容。`,
	`Exit status: 0 the bridge takes the message or passes it on, 1 it does not, 2 the
command could not be carried out.`: "退出状态：0 支付桥接受或转发该报文，1 不接受，2 命令无法执行。",
	"Configuration file (default ./Caddyfile)":                     "配置文件（默认 ./Caddyfile）",
	"Print the report as JSON":                                     "以 JSON 输出报告",
	"Merchant (v1 number) to judge by when the message names none": "报文没有指明商户时，按哪个商户（v1 商户号）判断",

	// keygen
	"Makes a merchant's key pair for v2 (offline)": "为商户生成 v2 密钥对（离线）",
	`Makes a key pair, writes NAME-private.pem and NAME-public.pem, and prints
what the gateway's people need: the public key as PEM and as bare base64 (X.509),
and its fingerprint, to be compared with them by telephone.`: `生成一对密钥，写入 NAME-private.pem 和 NAME-public.pem，并显示网关方需要的内容：
PEM 和单行 base64（X.509）形式的公钥，以及用于电话核对的指纹。`,
	`The private key is PKCS#8 in PEM, with mode 0600. It is not encrypted: keep it
readable for Caddy alone. A file that exists is never written over.`: "私钥是 PEM 形式的 PKCS#8，文件权限 0600，没有加密：请只让 Caddy 读取。从不覆盖已有的文件。",
	`This command sends nothing to anybody, does not change the configuration or a
Caddy that runs, and does not print the private key. How to change a key without
stopping payments is told in docs/keys.md, "Changing a v2 key".`: `此命令不向任何人发送内容，不改动配置和正在运行的 Caddy，也不显示私钥。如何在不中断支付的情况下更换密钥，
见 docs/keys.zh.md 的“更换 v2 密钥”。`,
	"Bits of an RSA key, 2048 or more": "RSA 密钥的位数，不少于 2048",
	"Print JSON":                       "输出 JSON",
	"Name of the two files, with a folder or without (required)": "两个文件的名称，可以带目录（必填）",
	"Suite of the merchant: intl (RSA) or gm (SM2)":              "商户的加密套件：intl（RSA）或 gm（SM2）",

	// merchant
	"Lists merchants; pauses and resumes their notifications; says where their orders go": "列出商户；暂停和恢复商户的通知；设置新订单的去向",
	`Lists merchants, and keeps the notifications of one back while its server cannot
take them: "pause" keeps them, "resume" sends all that was kept. None is lost.
"route" says whether a merchant's new orders go to the old gateway or to v2. Who did
it and why is recorded.`: `列出商户；在商户的服务器无法接收时保留它的通知：pause 保留，resume 发送所有保留的通知，一条也不会丢失。
route 设置商户的新订单去旧网关还是 v2。操作人和原因会记录下来。`,
	`These commands do not stop a merchant's payments, queries or cancels, and do not
add, change or remove a merchant: the configuration does.`: "这些命令不停止商户的支付、查询和撤销，也不增加、修改或删除商户：那由配置决定。",

	// merchant forget
	"Forgets a merchant's refused forms that are kept": "清除保留的被拒绝表单",
	`Ends what "merchant keep" has begun, before its time is over: what is kept is gone, and
no more is kept. It is recorded with your name and the reason.`: "提前结束 merchant keep：已保留的清除，不再保留新的。您的姓名和原因会记录下来。",
	"This command does not change an order.":   "此命令不改变订单。",
	"The reason, which is recorded (required)": "原因，会记录下来（必填）",

	// merchant keep
	"Keeps a merchant's next refused forms for a short time": "在短时间内保留商户接下来被拒绝的表单",
	`Has the bridge that is asked keep the next refused forms of one merchant, so that
"merchant kept" can tell why they were refused: at most 20, of those that are not
longer than 4 KiB, for 10 minutes unless --for says otherwise (at most 1h).`: `让所询问的支付桥保留一个商户接下来被拒绝的表单，以便用 merchant kept 查看被拒绝的原因：
最多 20 份，每份不超过 4 KiB，默认 10 分钟，可用 --for 指定（最长 1h）。`,
	`They are in the memory of that bridge only. They are gone when the time is over,
after "merchant forget", and when the configuration is reloaded or the bridge stops.
It is recorded with your name and the reason.`: `它们只在该支付桥的内存中；时间到了、执行 merchant forget 之后、重新加载配置或支付桥停止时即消失。
您的姓名和原因会记录下来。`,
	"This command does not keep what was refused before, nor what names no merchant.": "此命令不保留此前被拒绝的表单，也不保留没有指明商户的表单。",
	"How long, up to 1h (default 10m)":                                                "保留多久，最长 1h（默认 10m）",

	// merchant kept
	"Tells why the refused forms that are kept were refused": "说明保留的表单为什么被拒绝",
	`Lists the refused forms of a merchant that "merchant keep" has kept, and says of each
what "explain" says. With --report it tells all about one form. Neither shows a key, a
signature or anything of a payer.`: `列出 merchant keep 保留的被拒绝表单，对每一份给出 explain 的结论。--report 给出某一份的全部说明。
两者都不显示密钥、签名和付款人的任何信息。`,
	`With --text it prints the request itself as it came, for "explain" or a programmer.
That holds what a payer may be known or charged by: do not put it into mails and
tickets. Who read it and why is recorded.`: `--text 按原样输出请求，供 explain 或程序员使用。其中可能有能够识别付款人或扣款的内容：
请不要放进邮件和工单。谁看过、为什么看，会记录下来。`,
	"This command does not change what is kept.":           "此命令不改动保留的内容。",
	"All that explain says of the form with this number":   "该编号的表单，explain 的全部说明",
	"The form with this number as it came; needs --why":    "该编号的表单的原文；需要 --why",
	"The reason, which is recorded (required with --text)": "原因，会记录下来（使用 --text 时必填）",

	// merchant list
	"Lists merchants": "列出商户",
	`Lists the merchants of the configuration that serves, and those that are paused,
by number. It changes nothing and prints no key.`: "列出当前配置中的商户和已暂停的商户，按商户号排列。不改动任何内容，也不显示密钥。",
	"Go on where the list before ended":             "从上一份清单结束的地方继续",
	"Only merchants whose notifications are paused": "只列出通知已暂停的商户",

	// merchant pause
	"Keeps a merchant's notifications back": "暂停商户的通知",
	`Keeps a merchant's notifications back until "resume", for example while its server
is being repaired. None is lost: what becomes due is kept. Calls that are under way
come to their end. It is recorded with your name and the reason, and lasts over
reloads and restarts.`: `保留商户的通知，直到 resume，例如在商户修复服务器期间。一条也不会丢失：到时的通知会保留下来；
正在进行的通知会完成。您的姓名和原因会记录下来；重新加载和重启之后依然有效。`,
	"This command does not stop the merchant's payments, queries or cancels.": "此命令不停止商户的支付、查询和撤销。",

	// merchant resume
	"Sends a merchant's notifications again": "恢复商户的通知",
	`Ends a pause. Everything that was kept back becomes due at once; the merchant gets
as many calls at a time as always. It is recorded with your name and the reason.`: "结束暂停。所有保留的通知立即到期；同时发给商户的条数与平时相同。您的姓名和原因会记录下来。",
	"This command does not send what is exhausted; \"notifications resend\" does.": "此命令不发送次数用尽的通知：那用 notifications resend。",

	// merchant route
	"Says where a merchant's new orders go": "设置商户新订单的去向",
	`Says where the new orders of a merchant go: "old" to the old gateway, "shadow" there
too, with the bridge comparing what it would have answered, "v2" to the v2 gateway,
all of them or a share. "default" takes the merchant's route away. Every bridge
follows within a second. It is recorded with your name and the reason, and lasts over
reloads and restarts.`: `设置商户的新订单去哪里：old 是旧网关；shadow 也是旧网关，同时支付桥比对自己会怎样应答；
v2 是 v2 网关，可以是全部或一部分；default 取消商户自己的路由。每个支付桥在一秒之内执行。
您的姓名和原因会记录下来；重新加载和重启之后依然有效。`,
	`The way back for everybody is --all old. It speaks for merchants without a route of
their own, too, until --all default.`: "让所有商户退回，用 --all old。它也适用于没有自己路由的商户，直到 --all default。",
	`A merchant moves to v2 when its orders have been on record for a day; --force does
without that. This command does not touch orders that are on record: they end where
they began. It does not say whether a merchant is ready.`: `商户的订单登记满一天，才可以迁移到 v2；--force 可以跳过。此命令不影响已登记的订单：它们在原处完成。
它也不判断商户是否可以迁移。`,
	"With v2: only these actions, separated by commas (default all)":           "用于 v2：只包括这些支付方式，用逗号分隔（默认全部）",
	"All merchants, in place of MERID; only with old or default":               "所有商户，代替商户号；只能用于 old 或 default",
	"Also when the merchant has not been seen for a day":                       "商户的订单登记未满一天时也执行",
	"With v2: the share of new orders that goes there, 1 to 100 (default 100)": "用于 v2：新订单中去 v2 的比例，1 到 100（默认 100）",

	// notifications
	"Lists notifications to merchants": "列出给商户的通知",
	`Lists the notifications that are owed to merchants or were delivered, newest first,
page by page.`: "列出应当发给商户或已送达的通知，最新的在前，逐页列出。",
	`States: waiting (for its time), delivered (the merchant acknowledged),
already_credited (the schedule has ended, and the merchant's last answer was that it
has credited the order already; nothing is to be done), exhausted (the schedule has
ended; it can be sent again), paused (the merchant is paused), withheld (the
payment was given back; it is never sent).`: `状态：waiting（等待发送），delivered（商户已确认），already_credited（通知计划已结束，
商户最后的应答是已经入账，无需处理），exhausted（通知计划已结束，可以重发），
paused（商户已暂停），withheld（款项已退回，不再发送）。`,
	"This command changes nothing. Its subcommand \"resend\" sends again.": "此命令不改动任何内容。子命令 resend 用于重发。",
	"The same as --state exhausted":                                        "等同于 --state exhausted",
	"Only what was created at this time or later":                          "只列出在此时间或之后产生的",
	"Only this merchant's (merid)":                                         "只列出该商户的（merid）",
	"Only exhausted ones that nobody has dealt with":                       "只列出次数用尽且还没有处理的",
	"Only those that should have been sent":                                "只列出已到时间却没有发送的",
	"Only notifications in these states":                                   "只列出这些状态的通知",
	"Only what was created before this time":                               "只列出在此时间之前产生的",

	// notifications resend
	"Sends notifications to merchants again": "重发给商户的通知",
	`Sends the notification of one order again, or those that a filter finds: what is
exhausted and nobody has dealt with, unless --state says paused or already_credited. What a
filter finds is only shown until you say --yes; one order is sent at once, unless you say --dry-run.`: `重发一笔订单的通知，或者筛选出的通知：默认是次数用尽且还没有处理的，--state 可以指定 paused 或 already_credited。
筛选出的通知只会列出，加上 --yes 才发送；单笔订单立即发送，除非加上 --dry-run。`,
	`They are spread over time, 10 a second unless --rate says otherwise, and each is
called once more; when the merchant does not acknowledge, it is exhausted again. At
most 5000 are sent at once. What is done is recorded with your name and the reason.`: `发送时间会分散开，默认每秒 10 条，可用 --rate 指定；每条再通知一次，商户没有确认时又成为次数用尽。
一次最多发送 5000 条。您的姓名和原因会记录下来。`,
	`--again calls once more about one order that the merchant has acknowledged. ASK THE
MERCHANT FIRST: a program that does not recognise the order number credits the payment
a second time. Exactly one call is made, at once; its answer is printed and recorded,
and whatever it is, the notification stays delivered and nothing is repeated. Should
the bridge die meanwhile, the history shows the call as unrecorded. --dry-run only
tells whether it could be made. The exit status is 1 when the answer does not count.`: `--again 就商户已确认的一笔订单再通知一次。请先与商户确认：不识别订单号的程序会重复入账。
只立即通知一次，应答会显示并记录；无论应答如何，通知仍为商户已确认，不再重复。
如果支付桥在此期间停止，历史中会显示这次通知没有记录。--dry-run 只说明是否可以通知。
应答无效时，退出状态为 1。`,
	`Without --again, this command does not send what waits for its time anyway, what the merchant has
acknowledged, what is withheld because the payment was given back, or what belongs
to a paused merchant ("merchant resume" does that). It does not change an order.`: `没有 --again 时，此命令不发送仍在等待的、商户已确认的、因款项已退回而不再发送的通知，
也不发送已暂停商户的通知（那用 merchant resume）。它不改变订单。`,
	"One call about one order that its merchant has acknowledged": "就商户已确认的一笔订单再通知一次",
	"Everything, of all merchants":                                "所有商户的全部通知",
	"Only tell what would be sent":                                "只说明会发送什么",
	"Filter: only of payments recorded at this time or later":     "筛选：只包括在此时间或之后记录的支付",
	"Filter: only this merchant's (merid)":                        "筛选：只包括该商户的（merid）",
	"So many a second, up to 100 (default 10)":                    "每秒多少条，不超过 100（默认 10）",
	"Filter: exhausted (the default), paused or already_credited": "筛选：exhausted（默认）、paused 或 already_credited",
	"Filter: only of payments recorded before this time":          "筛选：只包括在此时间之前记录的支付",
	"The reason, which is recorded (required without --dry-run)":  "原因，会记录下来（没有 --dry-run 时必填）",
	"Send what the filter finds, rather than show it":             "发送筛选出的通知，而不只是列出",

	// order
	"Tells the story of one order": "说明一笔订单的经过",
	`Prints one order with everything that happened to it, oldest first: the merchant's
request, every call to the gateway and what it answered, notices, every change of
state, every notification attempt, and what people did.`: `显示一笔订单及其全部经过，最早的在前：商户的请求、每次调用网关及其应答、网关通知、每次状态变化、
每次通知商户，以及人工操作。`,
	`The number may be the merchant's own, the queryid of v1, the order number of v2,
the number of the refund, or the PayId. Without a merchant, all are searched. Of an
order of the old gateway, by the merchant's own number, only that is told.`: `号码可以是商户订单号、v1 的 queryid、v2 订单号、退款号或 PayId。没有指明商户时，在所有商户中查找。
对旧网关的订单（按商户订单号），只说明它属于旧网关。`,
	`This command changes nothing and asks the gateway nothing: it shows what the
ledger knows. To have the gateway asked about a stuck order, use "settle --dry-run".`: "此命令不改动任何内容，也不询问网关：它显示账本所知道的。要就卡住的订单询问网关，用 settle --dry-run。",

	// orders
	"Lists orders": "列出订单",
	"Lists orders, newest first, page by page.": "列出订单，最新的在前，逐页列出。",
	"The states:": "状态：",
	`begun          recorded; nothing has left for the gateway
  sent           the pay call may have left; no answer is recorded yet
  pending        the gateway knows the order, the payer has not paid
  in_doubt       no answer that can be trusted; only a query or a notice settles it
  paid           the gateway has confirmed the payment
  failed         the gateway refused or failed the payment, finally
  closed         cancelled or expired before it was paid
  refunding      a refund number is stored, the outcome of the refund is open
  refunded       the gateway has confirmed the refund
  refund_failed  the gateway refused the refund; the payment stands until somebody gives it back`: `begun          已记录；尚未向网关发送任何内容
  sent           支付请求可能已经发出；还没有记录到应答
  pending        网关知道该订单，付款人尚未支付
  in_doubt       没有可信的应答；只有查询或网关通知才能定案
  paid           网关已确认支付
  failed         网关最终拒绝或支付失败
  closed         在支付之前撤销或过期
  refunding      已记录退款号，退款的结果未定
  refunded       网关已确认退款
  refund_failed  网关拒绝退款；支付仍然有效，直到有人退回款项`,
	`An order is overdue when its next step should have been taken by now, which is so
for seconds at most while all is well.`: "下一步早应执行的订单为逾期；一切正常时，最多逾期几秒。",
	`With --csv the list has every number and time of an order, and with --all every order
that the filter lets through, however many: they are printed as they are read. Cells
that a spreadsheet would take for formulas begin with an apostrophe. Do not open the file
in Excel by a double click: it cuts numbers to 15 digits, for good once you save, and
garbles Chinese. Use its import of text (Data, From Text/CSV), as UTF-8 and with every
column as text.`: `--csv 输出订单的所有号码和时间；加上 --all 输出符合条件的全部订单，无论多少，边读边输出。
表格软件会当作公式的单元格，前面加一个撇号。不要双击用 Excel 打开该文件：Excel 只保留号码的前 15 位（保存后无法恢复），
中文显示为乱码。请用“数据”中的“从文本/CSV”导入，编码选 UTF-8，所有列设为文本。`,
	"This command changes nothing and asks the gateway nothing.":     "此命令不改动任何内容，也不询问网关。",
	"With --csv: every order, not one page":                          "用于 --csv：输出全部订单，而不是一页",
	"Print the orders as CSV, with every number and time":            "以 CSV 输出订单，包括所有号码和时间",
	"Only orders whose refund failed and that nobody has dealt with": "只列出退款失败且还没有处理的订单",
	"Only orders whose next step should have been taken":             "只列出下一步已逾期的订单",
	"Only orders of these v1 actions":                                "只列出这些 v1 action 的订单",
	"Only orders of this amount in yuan or more, such as 100":        "只列出金额（元）不低于此数的订单，例如 100",
	"Only orders of this amount in yuan or less":                     "只列出金额（元）不高于此数的订单",
	"Only orders in these states":                                    "只列出这些状态的订单",

	// purge
	"Exports old orders and forgets all of them but the numbers": "导出旧订单，然后清除，只保留号码",
	`Has the Caddy that runs write old orders to a new file on its own machine, which only
Caddy's user can read: every column of the order, its notification, calls, history and
changes, one line of JSON each, and on the last line their number and SHA-256. What is
durable there is then forgotten, in small steps; payments go on. Without --yes they are
only counted. Nothing is forgotten where Caddy sees another folder than you, such as the
/tmp that a service has to itself.`: `让正在运行的 Caddy 把旧订单写入它所在机器上的新文件，只有 Caddy 的用户可以读取：订单的所有列、通知、
历次调用、历史和人工操作，每笔一行 JSON，最后一行是笔数和 SHA-256。在文件中已经持久的订单随后分小步清除；
支付照常进行。没有 --yes 时只计数。Caddy 看到的目录与您看到的不同时（例如系统服务专用的 /tmp），不清除任何订单。`,
	`Of each order there stay its numbers, amount, state, times and the fingerprint of its
request. So a number is never used for a second payment, a repeat, a query and a cancel
are answered as ever, and a late notice is held against state and amount. Payer's openid
and address, URLs, what was shown to the payer, history and calls are gone.`: `每笔订单保留号码、金额、状态、时间和请求的指纹。因此一个号码不会用于第二笔支付，重复提交、查询和撤销的应答
与以前相同，迟到的网关通知仍与状态和金额核对。付款人的 openid 和地址、URL、向付款人显示的内容、历史和调用记录
不再保留。`,
	`Only final orders are purged whose age is over 30 days. Never purged is what somebody has
to do something about: what is open, waits, is paused, is exhausted or a failed refund
that nobody has dealt with, or has a message in quarantine.`: `只清除超过 30 天的已定案订单。从不清除还需要有人处理的：未定案的、等待中的、已暂停的、次数用尽或退款失败
且还没有处理的，以及有消息被隔离的。`,
	`A purge that was stopped is gone on with by a new one, to another file. The ledger's file
does not become smaller: what is free in it is used for new orders. A backup has only what
is left, and so has a ledger that was restored from one.`: `中断的清除，可以用新的清除继续，写入另一个文件。账本文件不会变小：空出的地方用于新订单。
备份中只有保留的内容，用备份恢复的账本也是如此。`,
	"The file to write them to; it must not exist (required with --yes)":               "写入的文件；不能是已有的文件（使用 --yes 时必填）",
	"Orders created and settled longer ago than so many days, such as 400d (required)": "下单和定案都早于多少天之前的订单，例如 400d（必填）",
	"The reason, which is recorded (required with --yes)":                              "原因，会记录下来（使用 --yes 时必填）",
	"Purge, rather than count": "清除，而不只是计数",

	// quarantine
	"Lists messages in quarantine": "列出隔离的消息",
	`Lists the messages that the gateway has signed and that were not believed, newest
first: they name another amount, order or merchant than the ledger, contradict
themselves, or tell of an order that the ledger does not know. Money may have moved.
After a restore from a backup they may be the only trace of a payment.`: `列出有网关签名但未采信的消息，最新的在前：其中的金额、订单或商户与账本不符，自相矛盾，
或账本不认识该订单。款项可能已经发生变动。用备份恢复之后，它们可能是一笔支付的唯一线索。`,
	`Kept are the numbers, the state and the amount that a message names, and nothing
else of it. The same message again is counted. States are those of v2: 11 paid, 13
failed, 31 refunded, 33 refund failed.`: `只保留消息中的号码、状态和金额。相同的消息只计数。状态是 v2 的：11 已支付，13 失败，
31 已退款，33 退款失败。`,
	`This command changes nothing. Its subcommand "show" tells all of one message, and
"dealt" takes one off the list.`: "此命令不改动任何内容。子命令 show 显示一条消息的全部内容，dealt 把一条消息从清单中移除。",
	"Also those that somebody has dealt with": "也列出已处理的",

	// quarantine dealt
	"Takes a message off the list of what is to be done": "把消息从待处理清单中移除",
	`Says that somebody has dealt with a message, and how. It stays on record with your
name, and is counted and alarmed no longer. It does not change an order; to say
what became of one, use "settle".`: `说明一条消息已经处理，以及如何处理的。它连同您的姓名留在记录中，不再计数和告警。它不改变订单；
要为订单定案，用 settle。`,

	// quarantine show
	"Shows a message in quarantine": "显示一条隔离的消息",
	`Shows everything that is kept of one message, as it names it: compare it with the
gateway's people. This command changes nothing.`: "按消息所写显示保留的全部内容，以便与网关方核对。此命令不改动任何内容。",

	// readiness
	"Says which merchants can be moved to v2, and why not": "说明哪些商户可以迁移到 v2，不可以的是为什么",
	`Says whether merchants can be moved from the old gateway to v2, from what was seen of
their own requests while their route was shadow, and from the configuration: requests
that the bridge would refuse, replies that differ, keys that do not fit, addresses
that could not be notified. For one merchant with all reasons, without one as a list.`: `根据商户在 shadow 路由期间的请求和配置，说明商户能否从旧网关迁移到 v2：支付桥会拒绝的请求、
不一致的应答、不匹配的密钥、无法通知的地址。指明商户时给出全部原因，否则是清单。`,
	`ready      nothing was found against it
  look       somebody should look at the reasons first
  unknown    too little was seen: at least two days, and a payment, are needed
  not_ready  something would go wrong`: `ready      没有发现障碍
  look       请先查看原因
  unknown    看到的太少：至少需要两天和一笔支付
  not_ready  迁移会出问题`,
	`With --check, name, port and TLS of the hosts that the merchant is notified at are
tried as well, by the same rules as notifications; nothing is sent to them. The exit
status is 0 when all are ready, 1 when one is not_ready, 3 when there is something to
look at, too little was seen, or there are more merchants than are listed.`: `--check 还会按通知的规则检查通知地址的域名、端口和 TLS；不发送任何内容。全部可以迁移时退出状态为 0，
有不能迁移的为 1，需要先查看、看到的太少、或者还有没有列出的商户为 3。`,
	"This command changes no route; \"merchant route\" does.":             "此命令不更改路由；merchant route 才会。",
	"Try name, port and TLS of the notification hosts; nothing is sent":   "检查通知地址的域名、端口和 TLS；不发送任何内容",
	"What was seen on so many days, today included, up to 30 (default 7)": "最近多少天的情况，包括今天，不超过 30（默认 7）",
	"At most so many merchants, up to 500 (default 50)":                   "最多列出多少商户，不超过 500（默认 50）",

	// reconcile
	"Compares statements of the gateway with the ledger": "把网关的对账单与账本核对",
	`Compares statements of the gateway or an acquirer with the ledger, and says which
orders are here and not there, there and not here, of another amount or in another
state, which refunds differ, and how much each merchant was paid on both sides.`: `把网关或收单机构的对账单与账本核对，说明哪些订单账本有而对账单没有、对账单有而账本没有、金额不符或状态不符，
哪些退款不符，以及两边各给每个商户支付了多少。`,
	`A statement is CSV in UTF-8 or GBK, with commas, tabs, semicolons or vertical bars, or
an Excel workbook (.xlsx), of which the first sheet is read or that of --sheet. Its
columns are found by the names that they usually have, in Chinese or English; others
are named with --column, a column by its name or by its number:`: `对账单是 UTF-8 或 GBK 的 CSV，用逗号、制表符、分号或竖线分隔，或 Excel 工作簿（.xlsx），读取第一张表或 --sheet 指定的表。
各列按常用的中文或英文名称识别；其他的用 --column 指定，可以写列名或列号：`,
	"Amounts are in yuan unless the name of their column says fen, or --unit does.": "金额以元为单位，除非列名或 --unit 写明是分（fen）。",
	`The days are those of Beijing time, as the gateway's. Without --day they are the days
of the statement's own times. A payment that is near the end of the days and not in
the statement is listed apart, for it may be in that of the next day: give both
statements, with the day that is meant.`: `日期是北京时间，与网关一致。没有 --day 时，是对账单中出现的日期。临近日期边界、对账单中没有的支付单独列出，
因为可能在第二天的对账单中：请给出两份对账单，并指明日期。`,
	`The exit status is 1 when the sides differ, and 3 when something is only to be looked
at: payments near the ends of the days, refunds of earlier payments that may be in an
earlier statement, or rows of the ledger that cannot be read.`: "两边不符时退出状态为 1；只有需要查看的内容时为 3：临近日期边界的支付，付款日期更早、可能在更早的对账单中的退款，或账本中无法读取的行。",
	"Which column is what, as amount=交易金额 or amount=5":                                "哪一列是什么，例如 amount=交易金额 或 amount=5",
	"Print the differences as CSV":                                                    "以 CSV 输出差异",
	"The day that is meant, or FIRST..LAST (default: those of the statement's times)": "所指的日期，或 FIRST..LAST（默认是对账单中出现的日期）",
	"How near to the ends of the days a payment may be in another day's statement":    "离日期边界多近的支付可能在另一天的对账单中",
	"utf-8 or gbk":                                        "utf-8 或 gbk",
	"Only this merchant's orders (merid)":                 "只核对该商户的订单（merid）",
	"The first line is data; columns are given by number": "第一行就是数据；各列用列号指定",
	"Which number the statement has: order_no, queryid, orderid, gateway_no (default: what the ledger finds)": "对账单中是哪种号码：order_no、queryid、orderid、gateway_no（默认：账本能找到的那一种）",
	"What stands between the columns: a character, or tab":                                                    "列之间的分隔符：一个字符，或 tab",
	"Sheet of a workbook, by its name or number (default: the first)":                                         "工作簿中的表，用名称或序号（默认第一张）",
	"Folder of temporary files, which need about as much room as the statement and the days of the ledger":    "临时文件的目录，所需空间约等于对账单与账本中这些日期的数据",
	"Unit of amounts: yuan or fen": "金额的单位：yuan（元）或 fen（分）",
	"What a word of the state means, as 交易完成=paid (paid, refunded, processing, failed)": "状态一列中某个词的含义，例如 交易完成=paid（paid、refunded、processing、failed）",

	// refund
	"Tries a failed refund again": "重试失败的退款",
	`Tries the refund of an order again that is refund_failed, after its cause is mended:
usually the merchant's balance at the gateway was too low. It goes out under the
order's one refund number, so the gateway pays it once.`: `在原因排除之后，重试状态为 refund_failed 的订单的退款：通常是商户在网关的余额不足。
使用订单唯一的退款号，因此网关只会退一次。`,
	`The gateway is asked first. When it says that the refund is done, that is recorded
and nothing is submitted; one that is under way there is waited for.`: "先询问网关。网关说退款已完成的，记录下来，不再提交；正在办理的，等待结果。",
	`The bridge tries refunds by itself that were refused with an error code, eight times
within about four days; one that the gateway reports as failed (refundState 33, 35,
36) it leaves to you, but for a 33 of what the gateway has just refused.`: "因错误码被拒绝的退款，支付桥会在大约四天之内自动重试八次；网关报告失败的（refundState 33、35、36）留给您处理，刚刚拒绝过、随后报告 33 的除外。",
	`What was given back by other means, for example by bank transfer, is settled:
"settle MERID NUMBER refunded --gateway-no NUMBER OF THE TRANSFER".`: `用其他方式退回的，例如银行转账，用定案记录：
“settle 商户号 号码 refunded --gateway-no 转账流水号”。`,
	"Only tell whether it could be tried; the gateway is not asked": "只说明是否可以重试；不询问网关",

	// refused
	"Lists why merchants' requests were refused in the last day": "列出最近一天商户的请求为什么被拒绝",
	`Lists how often requests were refused in the last day, by merchant and cause, the
most frequent first. The causes are those of "explain". The merchant is the one that
a request names; whoever does not know its key can name it too.`: `列出最近一天被拒绝的请求，按商户和原因，次数最多的在前。原因与 explain 的相同。商户是请求中写的那一个；
不知道密钥的人也可以写上它。`,
	`The bridge looks for causes after it has answered, with a small part of one
processor; what comes beyond that is counted as not_examined. It counts in memory:
a restart begins anew, and each of several bridges tells its own.`: `支付桥在应答之后才分析原因，只用处理器的一小部分；超出的计为 not_examined。计数在内存中：
重启后从头开始，多个支付桥各自计数。`,
	`This command changes nothing. Nothing of the requests is kept for it; to see what
the next ones look like, see "merchant keep --help".`: "此命令不改动任何内容，也不为此保留请求的任何内容；要看接下来的请求是什么样，见 merchant keep --help。",

	// restore
	"Puts a backup into the ledger's place (offline)": "用备份替换账本（离线）",
	`Puts a copy of a backup into the place of the ledger that the configuration names,
while no Caddy has it open: stop Caddy first, and run this as Caddy's user. The
backup is checked before anything is touched. What was there is kept beside it,
under a name with the time, and the lock stays where it is.`: `在没有 Caddy 打开账本时，把备份的副本放到配置所写的账本的位置：请先停止 Caddy，以 Caddy 的用户执行。
在动任何东西之前，先检查备份。原来的账本改名（带时间）留在旁边，锁文件保持不动。`,
	`What happened after the backup is not in it: docs/operating.md tells what that
means, and what to do before merchants are let in again.`: "备份之后发生的事不在其中：这意味着什么，以及重新放商户进来之前要做什么，见 docs/operating.zh.md。",
	`This command does not start Caddy, and does not work for a ledger on PostgreSQL,
which has tools of its own.`: "此命令不启动 Caddy，也不适用于 PostgreSQL 上的账本：请用 PostgreSQL 自己的工具。",
	"Print one JSON object": "输出一个 JSON 对象",
	"The ledger's file, instead of the one that the configuration names": "账本的文件，代替配置中的",

	// routes
	"Lists where merchants' new orders go": "列出商户新订单的去向",
	`Lists where the new orders of merchants go, to the old gateway or to v2, since when
and why, and how many orders each has today on either side. Of all merchants, or of
one, whose earlier routes follow.`: `列出商户的新订单去旧网关还是 v2、从何时起、为什么，以及今天两边各有多少订单。可以是所有商户，或一个商户；
后者还列出此前的路由。`,
	`With --left it lists what still goes to the old gateway, by merchant and path, and
when it was last seen: when nothing is left, the old gateway can be switched off. The
queries of old orders are in it, too. With MERID it lists that merchant only.`: `--left 列出还有什么去旧网关，按商户和路径，以及最近一次的时间：什么都没有时，就可以关闭旧网关。
对旧订单的查询也在其中。给出商户号时只列出该商户。`,
	"This command changes nothing; \"merchant route\" does.": "此命令不改动任何内容；merchant route 才会。",
	`With --timeline it tells only how the route of one merchant has changed: when, from
which to which, by whom or by the guard, and why.`: "--timeline 只说明一个商户的路由如何变化：时间、前后的路由、由谁或由自动退回更改，以及原因。",
	"Tell how the merchant's route has changed":         "说明该商户的路由如何变化",
	"List what still goes to the old gateway":           "列出还有什么去旧网关",
	"Only merchants with this route: old, shadow or v2": "只列出使用此路由的商户：old、shadow 或 v2",

	// selfcheck
	"Looks for what is wrong with the bridge that runs": "检查正在运行的支付桥有什么问题",
	`Tries everything a payment needs: keys, the clock, a commit to the ledger, free
disk, the gateway (a signed question about an order that does not exist, in the
name of each gateway merchant, at most 100), whether the old gateway answers (a
GET of its page /, which moves nothing), and whether the address that the gateway's
notices go to is answered by Paybridge. It tells how large the ledger is, and warns
when the disk of a SQLite ledger has no room for a copy of it, or less than a tenth
of itself free and less than 2 GiB. More than 10,000 orders are estimated.`: `检查支付所需要的一切：密钥、时钟、账本提交、磁盘空间、网关（以每个网关商户的名义，就不存在的订单提出签名的查询，
最多 100 个）、旧网关是否应答（GET 它的首页 /，不产生任何变动），以及网关通知的地址是否由 Paybridge 应答。
它会给出账本的大小；SQLite 账本所在磁盘放不下一份副本，或剩余空间不足账本的十分之一且小于 2 GiB 时发出警告。
超过 10,000 笔的订单数是估计值。`,
	`A line says ok; WARN where something works and payments can be lost all the same,
as with a database without a synchronous standby; or FAIL. The exit status is 0
when all is well, 1 when something fails, 2 when the bridge could not be asked, 3
when nothing fails but there are warnings.`: `每行的结果是正常；警告，即可以工作，但仍可能丢失支付，例如没有同步备库的数据库；或失败。一切正常时退出状态为 0，
有失败为 1，无法询问支付桥为 2，没有失败但有警告为 3。`,
	`This command moves no money and changes no order. It does not check a
configuration that is not loaded; "caddy validate" does.`: "此命令不动用资金，不改变订单。它不检查没有加载的配置：那用 caddy validate。",
	"Only this merchant's keys and way to the gateway (merid)": "只检查该商户的密钥和到网关的通路（merid）",

	// settle
	"Settles a stuck order by your word": "由人工为卡住的订单定案",
	`Records what became of an order that the gateway does not answer for, after its
people have told you. It is the last resort: an order in doubt is asked about by
itself, again and again.`: "网关没有答复的订单，在网关方告诉您之后，记录它的结果。这是最后的办法：存疑的订单会自动反复查询。",
	"Only an order that is stuck can be settled:": "只有卡住的订单可以定案：",
	`sent, pending or in_doubt becomes paid, failed or closed
  refunding becomes refunded or refund_failed
  refund_failed becomes refunded`: `sent、pending 或 in_doubt 成为 paid、failed 或 closed
  refunding 成为 refunded 或 refund_failed
  refund_failed 成为 refunded`,
	`A refund that failed has become refunded when somebody gave the money back by other
means. For paid or refunded, --gateway-no must give the gateway's own number of the
payment or refund, or the number of the bank transfer.`: `失败的退款，在有人用其他方式退回款项之后，成为 refunded。对于 paid 和 refunded，--gateway-no 必须给出网关的
支付或退款流水号，或银行转账的流水号。`,
	`An order that is final can be settled when the gateway has contradicted it since.
Give the state it has to record that it stands. A failed order that was paid is
settled as paid, with the gateway's number: the bridge gives the payment back,
because the merchant may have heard that the order failed. A refunded order becomes
refund_failed only where the gateway itself has said that since.`: `已定案的订单，如果此后网关说法与之矛盾，也可以定案：给出现有的状态，就记录它仍然成立。
失败但已支付的订单，用网关流水号定案为 paid：支付桥会把款项退回，因为商户可能已经得知订单失败。
已退款的订单，只有网关自己此后这样报告过，才能定案为 refund_failed。`,
	`The gateway is asked first. When it is certain, its word is recorded instead of
yours; when what it signs says otherwise, your word is refused. An order that
becomes paid is notified to the merchant as always. All is recorded with your
name and the reason.`: `先询问网关。网关的答复确定时，记录网关的答复而不是您的；网关签名的内容与您所说相反时，拒绝执行。
成为 paid 的订单照常通知商户。全部连同您的姓名和原因记录下来。`,
	"It cannot undo what is final, and charges nobody.":                                                  "它不能撤回已定案的结果，也不向任何人扣款。",
	"Only tell whether it would be done; the gateway is asked, and what it says for certain is recorded": "只说明是否会执行；会询问网关，网关确定的答复会记录下来",
	"The gateway's own number, or that of a bank transfer (required for paid or refunded)":               "网关的流水号，或银行转账的流水号（paid 和 refunded 时必填）",

	// translate
	"Shows what a v1 request becomes in v2, and an answer in v1 (offline)": "显示 v1 请求在 v2 中是什么，以及应答在 v1 中是什么（离线）",
	`Reads a merchant's message and prints the plain text that the bridge would seal
and send to the gateway. With --answer it also reads the plain text of an answer
and says what that would mean: the state of the order, and the merchant's reply.
The rules are those of the running bridge.`: `读取商户的报文，输出支付桥会加密签名并发给网关的明文。加上 --answer 还读取应答的明文，
说明它意味着什么：订单的状态，以及给商户的应答。规则与运行中的支付桥相同。`,
	`The message is its plain JSON, or a form or URL with req; its signature is not
looked at ("explain" does that). "-" is standard input. A message with an action
is a payment, any other a query; say --interface cancel for a cancel.`: `报文是 JSON 明文，或带有 req 的表单或 URL；不检查签名（那用 explain）。“-”是标准输入。
有 action 的报文是支付，其他的是查询；撤销请写 --interface cancel。`,
	`With --config the merchant's number, public_url, subject, transaction codes and
order_prefix are those of that configuration. Without it no configuration is
read, not even ./Caddyfile, and examples stand in their places. Numbers and
times that a running bridge would draw are made up in any case; they are listed.`: `有 --config 时，商户号、public_url、subject、交易码和 order_prefix 取自该配置。没有时不读取任何配置，
连 ./Caddyfile 也不读，用示例代替。运行中的支付桥自己产生的号码和时间，总是虚构的；会列出来。`,
	"The scanned code and the openid are printed as *** unless --show-payer is given.": "付款码和 openid 显示为 ***，除非加上 --show-payer。",
	`It does not: verify, seal, send, look into the ledger, or change anything. An
answer is compared with the request's merchant and amount, and not with an order.`: "它不验签、不加密签名、不发送、不查看账本，也不改动任何内容。应答只与请求的商户和金额核对，不与订单核对。",
	`Exit status: 0 translated, 1 the bridge would refuse the message or not believe
the answer, 2 the command could not be carried out.`: "退出状态：0 已转换，1 支付桥会拒绝该报文或不采信该应答，2 命令无法执行。",
	"File with the plain text of the gateway's answer":                       "网关应答明文的文件",
	"Configuration file (default none: example values)":                      "配置文件（默认没有：使用示例值）",
	"File with the merchant's message":                                       "商户报文的文件",
	"What the message is for: pay, query or cancel (default by its members)": "报文的用途：pay、query 或 cancel（默认由成员判断）",
	"Merchant (v1 number) to translate for when the message names none":      "报文没有指明商户时，按哪个商户（v1 商户号）转换",
	"Print the scanned code and the openid":                                  "显示付款码和 openid",

	// try
	"Pays, queries, cancels and notifies as a merchant would": "像商户那样支付、查询、撤销和通知",
	`Acts in a merchant's name against the bridge that runs, to see what a program of the
merchant would get. The bridge signs with the merchant's key and serves the request
as one that came to its site. No key is needed here, and none is shown.`: `以商户的名义对正在运行的支付桥操作，看看商户的程序会得到什么。支付桥用商户的密钥签名，
像处理到达站点的请求那样处理。这里不需要密钥，也不显示密钥。`,
	`"pay" and "cancel" move real money at the gateway. The number of a tried order begins
with PAYBRIDGETRY, here, at the merchant and in statements; no merchant can use such
a number. Tried orders do not count in the success rate of the console. Who tried
what and why is in "changes".`: `pay 和 cancel 会在网关动用真实的资金。试单的号码以 PAYBRIDGETRY 开头，在这里、商户处和对账单中都是如此；
商户不能使用这样的号码。试单不计入控制台的成功率。谁试过什么、为什么，见 changes。`,
	`What is between merchants and Caddy, such as DNS, TLS and a load balancer, is not
tried. Beside an old gateway a try goes to v2, whatever the merchant's route.`: "商户与 Caddy 之间的部分，例如 DNS、TLS 和负载均衡，不在其中。有旧网关时，试单去 v2，与商户的路由无关。",

	// try cancel
	"Cancels an order as its merchant would": "像商户那样撤销订单",
	`Sends the cancel of a merchant's program (/api/cancel) and prints the request and the
reply: what is not paid is closed, what is paid is given back in full. The reply is
00 when that is done. Until then repeat the command; a refund may take a moment.`: `发送商户程序的撤销请求（/api/cancel），显示请求和应答：未支付的关闭，已支付的全额退款。完成时应答是 00。
在此之前请重复执行；退款可能需要一些时间。`,
	`An order that is no try may be a customer's, so it needs --yes. The exit status is 1
when the respcode is not 00. It is recorded with your name and the reason.`: "不是试单的订单可能属于顾客，因此需要 --yes。respcode 不是 00 时退出状态为 1。您的姓名和原因会记录下来。",
	"The reason, which is recorded (default: tried by hand)": "原因，会记录下来（默认：人工试用）",
	"Also an order that is no try, such as a customer's":     "订单不是试单（例如属于顾客）时也执行",

	// try notify
	"Sends a sample notification to a merchant's program": "向商户的程序发送一条样例通知",
	`Sends one notification to an address, in the form of every notification, signed with
the merchant's key, and with the same checks of the address: it must be public or in
the merchant's allow_callbacks. Prints what was sent, what the merchant's program
answered, and whether that answer would count.`: `向一个地址发送一条通知，形式与所有通知相同，用商户的密钥签名，地址的检查也相同：必须是公网地址，
或在商户的 allow_callbacks 之内。显示发送的内容、商户程序的应答，以及这样的应答是否有效。`,
	`It tells of a payment of 0.01 yuan of an order that does not exist, with a number that
begins with PAYBRIDGETRY. A good program refuses it as unknown, and shows by its words
that it took the signature; one that answers 0000 acknowledges what it does not know.
It is sent once and changes no order. The exit status is 1 when the answer would not
count. That it was tried is recorded with your name and the reason.`: `通知的内容是一笔不存在的订单支付了 0.01 元，号码以 PAYBRIDGETRY 开头。好的程序会以未知订单拒绝，
并由其说明可知签名已通过；应答 0000 的程序确认了它不知道的订单。只发送一次，不改变任何订单。
应答无效时退出状态为 1。您的姓名和原因会记录下来。`,

	// try pay
	"Pays as a merchant's customer would": "像商户的顾客那样支付",
	`Sends the pay request of a merchant's program (/api/mpgateway) and prints the request,
the reply and the code for the payer. Then it tells what happens, as it happens, until
the order is paid or --for is over, and gives the money back with --cancel.`: `发送商户程序的支付请求（/api/mpgateway），显示请求、应答和给付款人的二维码。随后实时显示经过，
直到订单支付或 --for 到时；加上 --cancel 则把款项退回。`,
	`It is real money, and this command does not pay: a person scans the code. More than 1.00 yuan, and the actions *Code, which take the money at
once, need --yes. Nobody is notified of the payment, unless --backurl says whom.`: `这是真实的资金，此命令本身不付款：由人扫码。金额超过 1.00 元，以及立即收款的 *Code 支付方式，需要 --yes。
支付不通知任何人，除非用 --backurl 指定。`,
	`The exit status is 0 when the order was paid, and with --cancel when it was closed or
given back; 3 when --for was over first; 1 when the request was refused or failed.`: "订单已支付，或使用 --cancel 时已关闭或已退回，退出状态为 0；--for 先到时为 3；请求被拒绝或失败为 1。",
	"The v1 action, such as WxSao (required)":                          "v1 的支付方式，例如 WxSao（必填）",
	"The amount in yuan, such as 0.01 (required)":                      "金额，以元为单位，例如 0.01（必填）",
	"Who is notified of the payment (default: nobody)":                 "支付后通知谁（默认不通知）",
	"Then cancel the order: close it, or give the money back":          "随后撤销订单：关闭，或退回款项",
	"The code that the payer's phone shows, for the actions *Code":     "付款人手机显示的付款码，用于 *Code",
	"Follow the order for so long":                                     "跟踪订单多久",
	"Where the payer's browser returns to, for WxJsApi":                "付款人的浏览器返回的地址，用于 WxJsApi",
	"The payer's address, for WxH5":                                    "付款人的地址，用于 WxH5",
	"The payer at WeChat, for WxJsApi":                                 "付款人在微信的标识，用于 WxJsApi",
	"The channel, of a merchant with several":                          "渠道，用于有多个渠道的商户",
	"Also a greater amount, or an action that takes the money at once": "金额较大或立即收款的支付方式时也执行",

	// try query
	"Queries an order as its merchant would": "像商户那样查询订单",
	`Sends the query of a merchant's program (/api/query) and prints the request and the
reply. The number is the merchant's own, or the queryid of v1; it need not be a try.`: "发送商户程序的查询请求（/api/query），显示请求和应答。号码是商户订单号或 v1 的 queryid；不必是试单。",
	`Like every query of a merchant it may have the bridge ask the gateway, and what the
gateway says for certain is recorded. Nothing else is changed. The exit status is 1
when the respcode is not 00.`: `与商户的每次查询一样，支付桥可能因此询问网关，网关确定的答复会记录下来。此外不改动任何内容。
respcode 不是 00 时退出状态为 1。`,

	// version
	"Says which version this program is (offline)": "显示程序的版本（离线）",
	`Prints the version of Paybridge, the commit that it was built from, and the
versions of Go and Caddy. Between releases the version is the one that Go makes of
a commit; +dirty says that there were changes beside it. A program that was built
from a folder by other means than this repository's makefile does not know its
version and says devel.`: `显示 Paybridge 的版本、构建所用的提交，以及 Go 和 Caddy 的版本。两次发布之间的版本由 Go 根据提交得出；
+dirty 表示另有改动。不是用本仓库的 makefile、而是从目录构建的程序不知道自己的版本，显示 devel。`,
	`With --running it prints the version of the Caddy that runs instead. After an
upgrade without a restart that is still the old one.`: "--running 显示的是正在运行的 Caddy 的版本。升级之后没有重启时，仍是旧版本。",
	"This command changes nothing.": "此命令不改动任何内容。",
	"Ask the Caddy that runs":       "询问正在运行的 Caddy",
}
