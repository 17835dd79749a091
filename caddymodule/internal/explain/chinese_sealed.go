package explain

// chineseOfSealed are the Chinese wordings of what can be said of messages between
// bridge and gateway.
var chineseOfSealed = map[string]wording{
	"not_sealed": {
		"这是报文的明文：没有加密，也没有签名。",
		"请提供收到的表单原文。明文的含义可用 caddy paybridge translate --answer 查看。",
	},
	"json_body": {
		"参数以 JSON 对象发送。支付桥读取的是表单。",
		"请询问网关方用的是什么 Content-Type；必须是表单。",
	},
	"form_encoded_twice": {
		"整个表单多做了一次百分号编码，连 = 和 & 也被编码。",
		"请检查网关与支付桥之间的环节；有某个环节又对正文做了编码。",
	},
	"request_at_notice_path": {
		"这是商户的请求，却发到了接收网关通知的地址。",
		"请告知商户：用 POST 发到 /api/mpgateway、/api/query 或 /api/cancel。",
	},
	"content_type_wrong": {
		"Content-Type 与正文不符，因此支付桥在其中找不到参数。",
		"请询问网关方，或检查中间环节：正文必须是 urlencoded，或者是 multipart 且 Content-Type 中有 boundary。",
	},
	"parameter_missing": {
		"有参数缺失或为空：",
		"请保存完整的正文。如果收到时就是这样，说明途中被截断，或者它不是这个网关的报文。",
	},
	"not_hex": {
		"有参数不是十六进制：",
		"请询问网关方如何编码；支付桥读取十六进制，大小写均可。也许它是 base64。",
	},
	"odd_length": {
		"有参数的十六进制位数是奇数，因此至少缺一位：",
		"报文在途中或保存时被截断。请重新保存。",
	},
	"parameter_refused": {
		"支付桥不接受这个表单：",
		"请询问网关方；参数应为数字和十六进制。",
	},
	"merchant_id_missing": {
		"报文没有 merchant_id。",
		"没有它的通知会被拒绝。如果这是应答，请用 --merid 指明商户。",
	},
	"merchant_id_is_merid": {
		"merchant_id 是 v1 的 merid，不是商户在网关的编号。",
		"请把配置中的 gateway_merchant 与网关方提供的编号核对。",
	},
	"merchant_id_unknown": {
		"配置中没有这个编号的 gateway_merchant。",
		"请检查 gateway_merchant，或询问网关方为什么发来另一个商户的报文。",
	},
	"wrong_suite": {
		"key_enc 的长度属于另一种加密套件：112 或 113 字节是 SM2（gm），128 字节及以上是 RSA（intl）。",
		"请把该商户块中的 suite 改为另一种，并使用相应的密钥；或询问网关方该商户用哪种套件。",
	},
	"own_message": {
		"它是用我方私钥签名的：这是支付桥发给网关的报文，或者被发回的这种报文。",
		"请提供网关发来的内容。如果它作为通知到达，说明有人在重放我方的报文；支付桥拒绝是正确的。",
	},
	"old_key_expired": {
		"报文用的是已更换的密钥，而旧密钥的有效日期已过。",
		"请网关方使用新密钥。在此之前，可以把旧密钥的日期延后并重新加载。",
	},
	"key_of_other_merchant": {
		"会话密钥是用另一个商户的公钥加密的。",
		"请核对两个商户的 private_key：可能在配置中弄混了，或者网关方为该商户登记了错误的公钥。",
	},
	"key_enc_length": {
		"key_enc 的长度与商户私钥不符：它是用另一种长度的密钥加密的，或者被截断。",
		"请把 private_key 的长度（1024 或 2048 位）与网关方登记的公钥核对。",
	},
	"session_key_does_not_open": {
		"配置中没有私钥能解开会话密钥。",
		"网关加密用的公钥与 private_key 不是一对：请网关方登记正确的公钥，或找到与其登记的公钥对应的私钥。（支付桥自己发出的报文只有网关能解开。）",
	},
	"sm2_order": {
		"key_enc 是按 C1C2C3 次序的 SM2；支付桥读取 C1C3C2。",
		"请网关方发送 C1C3C2（现行标准），并向 Paybridge 报告。",
	},
	"sm2_key_asn1": {
		"key_enc 可以解开，但它是 SM2 的 ASN.1 形式（x、y、摘要和密文的 SEQUENCE）；支付桥读取普通形式，即 04 加 C1C3C2。",
		"请网关方按其文档使用普通形式（GB/T 32918：C1‖C3‖C2，113 字节）；GmSSL、OpenSSL 等程序默认写 ASN.1。",
	},
	"key_padding_oaep": {
		"key_enc 对应的私钥是对的，但填充方式不是 PKCS#1 v1.5。",
		"请网关方为该商户使用 RSA/ECB/PKCS1Padding。密钥没有问题，不要更换。",
	},
	"sm2_signature_raw": {
		"它是用网关的密钥签名的，但 sign 是裸的 r 和 s（64 字节），不是 ASN.1。",
		"请网关方使用 ASN.1（DER，70 至 72 字节）的签名。密钥没有问题，不要更换。",
	},
	"session_key_length": {
		"会话密钥可以解开，但长度与该套件不符：intl（DES）是 8 字节，gm（SM4）是 16 字节。",
		"网关用的是另一种加密算法（3DES 或 AES？）。请询问网关方该商户的算法。",
	},
	"msg_enc_cut_off": {
		"msg_enc 不是整数个加密分组：末尾缺失。",
		"请重新保存报文。如果收到时就是这样，说明途中有环节截断了正文。",
	},
	"padding_broken": {
		"会话密钥可以解开，但明文末尾的填充不完整：msg_enc 被截断或改动，或者加密模式不同。",
		"请重新保存报文。如果所有报文都这样，请询问网关方的加密模式和填充（CBC、PKCS#5）。",
	},
	"zero_iv": {
		"网关加密用的是全零的 IV；支付桥以会话密钥作为 IV。",
		"请向 Paybridge 报告并注明网关名称：gm 套件以密钥为 IV 只是一个假设。",
	},
	"signed_with_other_hash": {
		"它是用网关的密钥签名的，但散列算法不是 SHA-1。",
		"请网关方为该商户使用 SHA1withRSA。",
	},
	"signed_other_text": {
		"它是用网关的密钥签名的，但签名的文本与加密的文本不同。",
		"msg_enc 和 sign 来自两条报文，或者文本在加密之前被改动（字符集、空格）。请询问网关方。",
	},
	"gateway_key_of_other_merchant": {
		"它的签名对应配置中另一个商户的 gateway_key。",
		"请核对两个商户的 gateway_key；这个商户可能应使用另一个的。",
	},
	"gateway_key_wrong": {
		"报文可以解开，但不是用 gateway_key 对应的密钥签名的。",
		"请取得网关现行的公钥并与 gateway_key 核对。gm 套件还要确认签名的用户标识（1234567812345678）。如果公钥没有错，那么它不是网关的报文。",
	},
	"unknown": {
		"报文无法解开，也不符合这里已知的任何原因。",
		"请与网关方核对该商户的 private_key、gateway_key 和 suite。",
	},
	"message_unreadable": {
		"报文可以解开，但不是 v2 报文的 JSON：一个有 head 和 body 的对象，每个成员只出现一次。",
		"请询问网关方；签名是他们的。",
	},
	"merchant_differs": {
		"head.merchantId 不是能解开该报文的商户。",
		"支付桥会把这样的报文隔离。请询问网关方。",
	},
	"members_contradict": {
		"含义相同的两个成员互相矛盾：两个状态、金额或订单号不同。",
		"支付桥会把这样的报文隔离。请询问网关方以哪个为准。",
	},
	"order_number_missing": {
		"报文没有指明订单：没有 merOrderId、oriMerOrderId、orderId 和 orderNo。",
		"请询问网关方，通知中的哪个成员是订单号。",
	},
	"state_missing": {
		"报文没有给出状态：state 和 tranState 都没有。",
		"请询问网关方，通知中的哪个成员是状态。",
	},
	"state_unknown": {
		"状态不是 10、11、12 或 13。订单保持不变，并向网关查询。",
		"请询问网关方这个状态的含义。",
	},
	"amount_missing": {
		"报文称订单已支付，但没有给出金额。",
		"支付桥不予采信，并向网关查询该订单。请网关方在通知中给出 totalAmt。",
	},
	"notice_proves_nothing": {
		"通知的 respCode 不是 S0000000：无论其中是什么状态，都不改变支付或退款。支付桥予以确认，并向网关查询。",
		"请查看订单：以查询的应答为准。请询问网关方为什么发送这样的通知。",
	},
	"old_parameter_name": {
		"报文用的是 xml_enc，即 msg_enc 的旧名。支付桥两种都接受。",
		"不必处理。",
	},
	"previous_key_used": {
		"它需要旧密钥，目前仍然接受。",
		"请网关方在旧密钥的日期之前改用新密钥。",
	},
}
