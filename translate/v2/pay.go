package v2

// PayRequest is the body of OP1001: pay, or show a code to pay with.
type PayRequest struct {
	PayChannel     string // 00 WeChat, 01 Alipay, 02 QQ, 05 UnionPay QR
	PayMode        string // 00 payer scans, 01 merchant scans, 02 official account, 05 phone browser
	OrderID        string // 6 to 32 characters, unique for the merchant
	TotalAmt       string // yuan with two decimals
	Subject        string
	Body           string
	Attach         string // at most 128 characters
	DeviceInfo     string
	SpbillCreateIP string // the payer's address
	NotifyURL      string // where the notice goes
	ExpireTime     string // yyyyMMddHHmmss, Beijing time
	GoodsTag       string
	ProductID      string
	AuthCode       string // what the merchant scanned; needed with pay mode 01
	WxIsRaw        string // "1": the merchant calls WeChat itself
	WxSubOpenID    string
	UserID         string
	SubAppID       string
	WxCallbackURL  string
	JsCode         string
}

var payMembers = []member[PayRequest]{
	{name: "payChannel", rule: twoDigits, required: true, text: func(r *PayRequest) *string { return &r.PayChannel }},
	{name: "payMode", rule: twoDigits, required: true, text: func(r *PayRequest) *string { return &r.PayMode }},
	{name: "orderId", max: 32, rule: orderNo, required: true, text: func(r *PayRequest) *string { return &r.OrderID }},
	{name: "totalAmt", rule: yuan, required: true, text: func(r *PayRequest) *string { return &r.TotalAmt }},
	{name: "subject", text: func(r *PayRequest) *string { return &r.Subject }},
	{name: "body", text: func(r *PayRequest) *string { return &r.Body }},
	{name: "attach", max: 128, text: func(r *PayRequest) *string { return &r.Attach }},
	{name: "deviceInfo", text: func(r *PayRequest) *string { return &r.DeviceInfo }},
	{name: "spbillCreatIp", text: func(r *PayRequest) *string { return &r.SpbillCreateIP }},
	{name: "notifyUrl", text: func(r *PayRequest) *string { return &r.NotifyURL }},
	{name: "exprieTime", rule: wireTime, text: func(r *PayRequest) *string { return &r.ExpireTime }},
	{name: "goodsTag", text: func(r *PayRequest) *string { return &r.GoodsTag }},
	{name: "productId", text: func(r *PayRequest) *string { return &r.ProductID }},
	{name: "authCode", text: func(r *PayRequest) *string { return &r.AuthCode }},
	{name: "wxIsRaw", text: func(r *PayRequest) *string { return &r.WxIsRaw }},
	{name: "wxSubOpenid", text: func(r *PayRequest) *string { return &r.WxSubOpenID }},
	{name: "userId", text: func(r *PayRequest) *string { return &r.UserID }},
	{name: "subAppId", text: func(r *PayRequest) *string { return &r.SubAppID }},
	{name: "wxCallbackUrl", text: func(r *PayRequest) *string { return &r.WxCallbackURL }},
	{name: "js_code", text: func(r *PayRequest) *string { return &r.JsCode }},
}

// Marshal writes the request as a plain text with every member that the
// interface has. Errors name the member: "body.totalAmt: not an amount ...".
func (r PayRequest) Marshal(h Head) ([]byte, error) { return marshal(h, payMembers, r) }
