package explain

// chineseOfForms is of what can be wrong with a request before its signature counts,
// and with the message in it.
var chineseOfForms = map[string]wording{
	"path_not_the_bridges": {
		"支付桥不处理这个路径：请求交给了站点的其他部分。",
		"请告知商户：用 POST 发到 /api/mpgateway、/api/query 或 /api/cancel。",
	},
	"path_not_served": {
		"这个路径属于旧网关中支付桥不提供的接口（收银台页面、代付等）。",
		"如果商户要发起支付，必须 POST 到 /api/mpgateway；查询发到 /api/query，撤销发到 /api/cancel。",
	},
	"path_of_load_balancers": {
		"这个路径供负载均衡器查询支付桥的健康状态；发到这里的内容不会被读取。",
		"请告知商户：用 POST 发到 /api/mpgateway、/api/query 或 /api/cancel。",
	},
	"page_of_a_payer": {
		"这个路径是付款人浏览器的页面；其应答取决于订单和微信。",
		"请在微信中打开该地址，并查看日志行“payer page”。",
	},
	"wrong_method": {
		"请求的方法不是接口所接受的方法。",
		"请告知商户：/api/ 下的接口一律用 POST。出现 GET，往往是 http 跳转到 https 时 POST 变成了 GET；请商户直接调用 https 地址。",
	},
	"content_type_multipart": {
		"Content-Type 是 multipart/form-data，而正文是 urlencoded 表单。",
		"请告知商户：以 application/x-www-form-urlencoded 发送，或让 HTTP 库自己写 Content-Type。",
	},
	"multipart_without_boundary": {
		"正文是 multipart 表单，而 Content-Type 没有给出 boundary，无法拆分。",
		"请告知商户：让 HTTP 库自己写 Content-Type（multipart/form-data; boundary=...），不要手工设置。",
	},
	"multipart_broken": {
		"multipart 表单无法拆分：boundary 与 Content-Type 中的不同、缺少结尾，或部分过多。",
		"请告知商户：正文和 Content-Type 都由 HTTP 库一起生成。",
	},
	CauseFormTooLarge: {
		"正文超过支付桥读取的上限。",
		"请询问商户发送了什么；一条 v1 报文只有几百个字符。",
	},
	"page_form_too_long": {
		"查询串或正文超过付款页面的上限。",
		"请询问商户在链接里放了什么；一笔签名的订单不到 2 KiB。",
	},
	"compressed_body": {
		"正文经过压缩（gzip）；支付桥与旧网关一样按原样读取。",
		"请告知商户：发送表单时不要压缩。",
	},
	"notice_at_merchants_path": {
		"这是网关的消息，却发到了商户接口。",
		"网关的通知应发到 /onepay/notify：请告知网关方，或检查 public_url。",
	},
	"empty": {
		"正文为空。",
		"请保存请求的正文或完整的 URL 后重试；也可能是商户程序发送了空的正文。",
	},
	"markup": {
		"这是 HTML 或 XML，不是表单：代理或防火墙的页面，或其他接口的消息。",
		"请查明是哪个程序应答或发送了它；它不是商户的 v1 程序或网关发来的。",
	},
	"no_form": {
		"这不是表单：没有参数 req 和 sign。",
		"请按原样保存请求的正文。商户必须以 POST 发送 req=...&sign=...（urlencoded 或 multipart）。",
	},
	"json_body": {
		"表单以 JSON 对象发送；支付桥与旧网关一样，不从中读取参数。",
		"请告知商户：req 和 sign 以表单（application/x-www-form-urlencoded）发送，不要用 JSON。",
	},
	"bare_message": {
		"报文本身以 JSON 发送，没有做 base64，也没有签名。",
		"请告知商户：发送两个表单参数：req（JSON 的 base64 文本）和 sign（req 后面拼上密钥的 md5）。",
	},
	"req_without_name": {
		"只有一段 base64 文本；请求应有 req 和 sign 两个参数。",
		"请提供完整的表单。如果收到的只有这些，商户必须发送 req=...&sign=...。",
	},
	"form_encoded_twice": {
		"整个表单多做了一次百分号编码，连 = 和 & 也被编码，因此其中没有参数。",
		"请告知商户：只对参数的值做百分号编码，或者全部交给 HTTP 库处理。",
	},
	"req_and_sign_swapped": {
		"签名放在了 req，报文放在了 sign。",
		"请告知商户：req 是 base64 文本，sign 是 32 位十六进制数字。",
	},
	"reply_not_request": {
		"这是支付桥发出的应答或通知（resp 和 sign），不是请求。",
		"请提供请求。如果这是商户发来的，说明其程序把收到的内容又发了回来。",
	},
	"parameter_case": {
		"参数名 req、sign 的大小写不对（Req、SIGN）；名称须逐字一致。",
		"请告知商户：参数名为小写的 req 和 sign。",
	},
	"req_missing": {
		"没有参数 req。",
		"请告知商户：req 和 sign 以表单参数发送。",
	},
	"req_empty": {
		"参数 req 存在但为空（旧网关自带示例的一个缺陷会造成这种情况）。",
		"请告知商户：发送表单之前，先把 JSON 的 base64 文本填入 req。",
	},
	"req_twice": {
		"表单中有多个不同的 req；以第一个为准。",
		"请告知商户：req 只发送一次。",
	},
	"req_too_long": {
		"req 超过 64 KiB，即支付桥读取的上限。",
		"请询问商户发送了什么；一条 v1 报文只有几百个字符。",
	},
	"sign_missing": {
		"没有参数 sign。",
		"请告知商户：除 req 外还要发送 sign = md5(req + 密钥)。如果是 URL，请检查是否在 & 处被截断。",
	},
	"sign_empty": {
		"参数 sign 存在但为空。",
		"请告知商户：sign 填 md5(req + 密钥)；也可能是其程序没有找到密钥。",
	},
	"json_in_req": {
		"req 是 JSON 本身，而不是它的 base64 文本。",
		"请告知商户：先把 JSON 做 base64，再签名和发送。",
	},
	"url_safe_base64": {
		"req 用了 URL 安全的 base64 字母表（- 和 _ 代替 + 和 /）。",
		"请告知商户：使用标准 base64（Java 用 Base64.getEncoder，不要用 getUrlEncoder）。",
	},
	"base64_twice": {
		"req 是 base64 的 base64：JSON 被编码了两次。",
		"请告知商户：JSON 只做一次 base64。",
	},
	"hex_in_req": {
		"req 是 JSON 的十六进制，而不是 base64。",
		"请告知商户：JSON 应做 base64。",
	},
	"not_base64": {
		"req 中有 base64 以外的字符。",
		"请向商户索取发送之前的文本：base64 只有字母、数字、+、/ 和 =。",
	},
	"req_cut_off": {
		"req 的长度不是任何 base64 文本的长度：缺少字符。",
		"请询问商户发送了多少个字符。常见原因：缓冲区太短，或者 req 没有做百分号编码，“+”因此丢失。",
	},
	"merid_is_gateway_number": {
		"merid 是商户在 v2 网关的编号，不是 v1 编号。",
		"请告知商户：仍使用原来的 merid；对商户来说没有任何变化。",
	},
	"merid_unknown": {
		"配置中没有这个 merid 的商户。",
		"请与商户核对 merid。如果没有错，请添加 merchant 块（或在商户文件中添加一行），然后重新加载。",
	},
	"member_case": {
		"报文中 merid 的大小写不对（merId、MERID）；成员名须逐字一致。",
		"请告知商户：成员名按规范用小写。",
	},
	"merid_missing": {
		"报文没有 merid，或者它不是商户编号。",
		"请告知商户：每条报文都要有 merid，由字母和数字组成。",
	},
	"sign_malformed": {
		"sign 不是 32 位十六进制数字，因此不是 md5。",
		"请告知商户：sign 是 md5 的十六进制，32 位数字。",
	},
	"utf16": {
		"JSON 以 UTF-16 书写（每个字符两个字节），不是 UTF-8。",
		"请告知商户：取 JSON 的 UTF-8 字节（.NET 用 Encoding.UTF8，不要用 Encoding.Unicode）。",
	},
	"not_utf8": {
		"req 所代表的内容不是 UTF-8 文本。",
		"请询问商户对什么做了 base64：必须是 UTF-8 的 JSON，不压缩，不加密。",
	},
	"json_html_escaped": {
		"JSON 按网页转义过：引号变成了 &quot;（或 &#34;）。",
		"请告知商户：在任何 HTML 转义（模板引擎、防 XSS 过滤器）之前，先把 JSON 做 base64。",
	},
	"json_percent_encoded": {
		"JSON 在做 base64 之前做过百分号编码（引号变成了 %22）。",
		"请告知商户：直接对 JSON 做 base64，只对表单的值做百分号编码。",
	},
	"json_smart_quotes": {
		"JSON 中用的是弯引号或全角引号（“ ”、＂），不是普通引号。",
		"请告知商户：用 JSON 库生成报文；现在的文本是从文档或聊天中复制来的。",
	},
	"json_backslashes": {
		`JSON 的引号前有反斜杠（\"）：它被放进另一段文本后没有还原。`,
		"请告知商户：JSON 库写出什么就对什么做 base64，不要再转义一次（PHP 用 stripslashes，不要 addslashes）。",
	},
	"json_encoded_twice": {
		"JSON 被写成带引号的 JSON 文本：编码了两次。",
		"请告知商户：报文只做一次 JSON 编码。",
	},
	"json_nested": {
		"报文的成员不在最外层，而在其中的对象或文本里。",
		"请告知商户：merid、orderid 等成员写在 JSON 的最外层，外面不要再套东西。",
	},
	"form_in_req": {
		"req 所代表的是表单（merid=...&orderid=...），不是 JSON。",
		"请告知商户：报文写成 JSON 对象。",
	},
	"not_an_object": {
		"req 所代表的不是 JSON 对象。",
		"请告知商户：报文写成一个 JSON 对象。",
	},
	"message_cut_off": {
		"JSON 在中途断开。",
		"请询问商户 req 有多少个字符并核对：其程序或途中的某个环节截断了文本。",
	},
	"json_too_deep": {
		"JSON 的嵌套超过支付桥读取的 32 层。",
		"请询问商户发送了什么；v1 报文是一个对象，成员不嵌套。",
	},
	"not_a_cancel": {
		"把另一种报文当作撤销发送：支付请求、付款人的链接、应答或通知。",
		"请告知商户：撤销只有 merid 和 orderid（或 queryid），没有 code、backurl、resultcode 或 respcode；否则就是有人发送了付款人浏览器得到的内容。",
	},
	"code_malformed": {
		"code 不是文本、过长，或含有控制字符。",
		"请告知商户：*Code 支付方式发送扫到的内容；gopay.html 发送应答中的 formaction。",
	},
	"openid_malformed": {
		"openid 不是文本、过长，或含有控制字符。",
		"请告知商户：WxJsApi 按收到的原样发送 openid，或者不发送。",
	},
	"queryid_malformed": {
		"queryid 不是文本、过长，或含有不可打印的字符。",
		"请告知商户：按应答中的原样发送 queryid，或者不发送而发送 orderid。",
	},
	"json_broken": {
		"报文是损坏的 JSON：单引号、多余的逗号、未转义的引号等。",
		"请告知商户：用 JSON 库生成报文，不要自己拼接文本。",
	},
	"amount_in_yuan": {
		"txnamt 以元书写；v1 以分计。",
		"请告知商户：乘以 100 后发送整数，19.99 元即 1999。",
	},
	"amount_zero": {
		"txnamt 为零。",
		"请告知商户：订单至少一分钱。也可能是其程序先把元取整、后乘以 100。",
	},
	"amount_malformed": {
		"txnamt 不是以分计的整数。",
		"请告知商户：金额以分为单位，只有数字，没有正负号、分隔符和指数。",
	},
	"action_case": {
		"action 存在，但大小写不对。",
		"请告知商户：action 与规范逐字一致，例如 WxSao。",
	},
	"action_unsupported": {
		"缺少 action，或支付桥不支持它。",
		"请与 docs/merchants.md 中的 action 列表核对。收银台页面和代付不在范围之内。",
	},
	"orderid_missing": {
		"报文没有指明订单。",
		"请告知商户：发送 orderid；查询或撤销可以用 queryid 代替。",
	},
	"action_not_of_page": {
		"这个链接在微信浏览器中一步完成下单和支付，只能是 WxJsApi；其中写了别的 action。",
		"请告知商户：在这个链接中不写 action 或写 WxJsApi；其他 action 用 POST 发到 /api/mpgateway。",
	},
	"orderid_reserved": {
		"订单号以 PAYBRIDGETRY 开头，这是运维人员试用支付桥的标记。",
		"请告知商户：订单号用其他字符开头。",
	},
	"orderid_malformed": {
		"订单号不可用：应为 8 至 32 位字母和数字。",
		"请告知商户：订单号用 8 至 32 位字母和数字，不要 - 和 _ 等符号。",
	},
	"backurl_missing": {
		"报文没有 backurl，无法把支付结果通知商户。",
		"请告知商户：发送 backurl，即接收通知的地址。",
	},
	"backurl_malformed": {
		"backurl 不是可以调用的地址。",
		"请告知商户：发送完整的地址，https://... 或 http://...，其中没有用户名和密码，最多 512 个字符。",
	},
	"fronturl_malformed": {
		"fronturl 不是浏览器可以返回的地址。",
		"请告知商户：发送完整的地址，https://... 或 http://...，或者不发送 fronturl。",
	},
	"code_missing": {
		"报文没有 code，而这个请求需要它。",
		"请告知商户：*Code 类支付方式的 code 是扫到的内容；gopay.html 的 code 是应答中的 formaction。",
	},
	"ip_malformed": {
		"ip 缺失或不是地址；这个 action 需要付款人手机的地址。",
		"请告知商户：WxH5 要发送 ip，即付款人手机在公网上的地址。",
	},
}
