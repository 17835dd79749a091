package statement

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/paybridge/paybridge/translate"
)

// inMemory is a file that is in memory.
type inMemory struct{ *strings.Reader }

func (inMemory) Close() error { return nil }

// read reads a whole statement.
func read(text string, o Options) (rows []Row, err error) {
	r, err := New(inMemory{strings.NewReader(text)}, o)
	if err != nil {
		return nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

func at(text string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, text, translate.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

func paid(line int, number string, fen int64, when string) Row {
	return Row{Line: line, Number: number, Pays: true, Fen: fen, State: Succeeded, At: at(when)}
}

// by is a line with the gateway's number.
func by(gatewayNo string, row Row) Row {
	row.GatewayNo = gatewayNo
	return row
}

// onDay is a line that tells the day alone.
func onDay(row Row) Row {
	row.DayOnly = true
	return row
}

// weChat is a bill in the form of WeChat's: backticks, refunds in columns of their
// own, and a summary at the end.
const weChat = "\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n" +
	"`2026-11-22 10:00:00,`wx1,`10000100,`0,`,`4200000000001,`PB00000000000000000000000001,`o1,`NATIVE,`SUCCESS,`OTHERS,`CNY,`19.99,`0.00,`0,`0,`0.00,`0.00,`,`,`a \"cup\", of tea,`,`0.12000,`0.60%,`19.99,`0.00,`\r\n" +
	"`2026-11-22 11:00:00,`wx1,`10000100,`0,`,`4200000000001,`PB00000000000000000000000001,`o1,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50000000001,`RPB00000000000000000000000001,`19.99,`0.00,`ORIGINAL,`SUCCESS,`tea,`,`-0.12000,`0.60%,`0.00,`19.99,`\r\n" +
	"总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n" +
	"`2,`19.99,`19.99,`0.00,`0.00000,`19.99,`19.99\r\n"

// aliPay is a bill in the form of Alipay's: comments around, tabs behind numbers, and
// refunds with negative amounts.
const aliPay = "#支付宝业务明细查询\r\n#账号：[20881234567890120156]\r\n#起始日期：[2026年11月22日 00:00:00]   终止日期：[2026年11月23日 00:00:00]\r\n" +
	"#-----------------------------------------业务明细列表----------------------------------------\r\n" +
	"支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注\r\n" +
	"2026112222001004300000000001\t,PB00000000000000000000000002\t,交易\t,茶\t,2026-11-22 10:00:00\t,2026-11-22 10:00:05\t,*三(t***@x.cn)\t,\"1,019.99\",1019.99,\t,-6.12,\t\r\n" +
	"2026112222001004300000000001\t,PB00000000000000000000000002\t,退款\t,茶\t,2026-11-22 12:00:00\t,2026-11-22 12:00:05\t,*三(t***@x.cn)\t,-1019.99,-1019.99,RPB2\t,6.12,\t\r\n" +
	"#-----------------------------------------业务明细列表结束------------------------------------\r\n" +
	"#交易合计：1笔，商家实收共1019.99元，商家优惠共0.00元\r\n#退款合计：1笔，商家实收退款共-1019.99元\r\n#导出时间：[2026年11月23日 09:00:00]\r\n"

func TestStatements(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(aliPay)
	must(t, err)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("订单号\t金额(元)\t支付时间\r\n1001\t1.00\t2026/11/22 9:05\r\n")
	must(t, err)
	const aliNo = "2026112222001004300000000001"
	aliRows := []Row{
		by(aliNo, paid(6, "PB00000000000000000000000002", 101999, "2026-11-22 10:00:05")),
		{Line: 7, Number: "PB00000000000000000000000002", GatewayNo: aliNo, RefundNo: "RPB2", Refunds: true, RefundFen: 101999, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 12:00:05")},
	}
	for _, c := range []struct {
		name, text string
		options    Options
		want       []Row
	}{
		{"as WeChat writes it", weChat, Options{}, []Row{
			{Line: 2, Number: "PB00000000000000000000000001", GatewayNo: "4200000000001", Merchant: "10000100", Pays: true, Fen: 1999, State: Succeeded, At: at("2026-11-22 10:00:00")},
			{Line: 3, Number: "PB00000000000000000000000001", GatewayNo: "4200000000001", Merchant: "10000100", RefundNo: "RPB00000000000000000000000001", Refunds: true, RefundFen: 1999, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 11:00:00")},
		}},
		{"as Alipay writes it", aliPay, Options{}, aliRows},
		{"as Alipay writes it, in GBK", gbk, Options{}, aliRows},
		{"two of WeChat's put together", weChat + strings.TrimPrefix(weChat, "\ufeff"), Options{}, nil},
		{"Unicode text of Excel", utf16, Options{}, []Row{paid(2, "1001", 100, "2026-11-22 09:05:00")}},
		{"tabs", "商户订单号\t交易金额\t交易时间\n=\"0012\"\t1.5\t20261122100000\n", Options{}, []Row{paid(2, "0012", 150, "2026-11-22 10:00:00")}},
		{"semicolons", "商户订单号;交易金额;交易时间\nA1;1,019.99;2026-11-22 10:00\n", Options{}, []Row{paid(2, "A1", 101999, "2026-11-22 10:00:00")}},
		{"vertical bars", "商户订单号|交易金额|交易时间\nA1|1.50|2026年11月22日10:00:00\n", Options{}, []Row{paid(2, "A1", 150, "2026-11-22 10:00:00")}},
		{"lines of a Macintosh", "账单\r商户订单号,交易金额,交易时间\rA1,1.50,2026.11.22 10:00\r", Options{}, []Row{paid(3, "A1", 150, "2026-11-22 10:00:00")}},
		{"a zone without a colon", "商户订单号,交易金额,交易时间\nA1,1.50,2026-11-22T02:00:00+0000\n", Options{}, []Row{paid(2, "A1", 150, "2026-11-22 10:00:00")}},
		{"date and minute apart", "商户订单号,交易金额,交易日期,交易时间\nA1,1.50,20261122,10:05\n", Options{}, []Row{paid(2, "A1", 150, "2026-11-22 10:05:00")}},
		{"English, in fen", "out_trade_no,total_fee,status,time_end\nA1,1999,TRADE_SUCCESS,20261122100000\n", Options{}, []Row{paid(2, "A1", 1999, "2026-11-22 10:00:00")}},
		{"fen by the heading", "订单号,金额（分）,支付时间\n'A1,1999,2026-11-22 10:00\n", Options{}, []Row{paid(2, "A1", 1999, "2026-11-22 10:00:00")}},
		{"fen by the name of v1", "merid,orderid,txnamt,paytime\n89900001,A1,1999,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Merchant: "89900001", Pays: true, Fen: 1999, State: Succeeded, At: at("2026-11-22 10:00:00")},
		}},
		{"yuan paid and fen given back", "订单号,订单金额,退款金额（分）\nA1,5.00,200\n", Options{}, []Row{{Line: 2, Number: "A1", Pays: true, Refunds: true, Fen: 500, RefundFen: 200, State: Succeeded, RefundState: Succeeded}}},
		{"fen paid and yuan given back", "订单号,订单金额（分）,退款金额（元）\nA1,500,2.00\n", Options{}, []Row{{Line: 2, Number: "A1", Pays: true, Refunds: true, Fen: 500, RefundFen: 200, State: Succeeded, RefundState: Succeeded}}},
		{"fen for both by one name", "订单号,订单金额（分）,退款金额\nA1,500,200\n", Options{}, []Row{{Line: 2, Number: "A1", Pays: true, Refunds: true, Fen: 500, RefundFen: 200, State: Succeeded, RefundState: Succeeded}}},
		{"date and time apart, zeros lost", "订单号,交易金额,交易日期,交易时间\nA1,1,20261122,93015\n", Options{}, []Row{paid(2, "A1", 100, "2026-11-22 09:30:15")}},
		{"number of the original order", "商户订单号,原商户订单号,交易类型,交易金额,交易时间\nR1,A1,退货,5.00,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Refunds: true, RefundFen: 500, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 10:00:00")},
		}},
		{"a list of orders, one refunded", "订单号,订单金额,订单状态,支付时间\nA1,5.00,已退款,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Refunds: true, Either: true, Fen: 500, RefundFen: 500, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 10:00:00")},
		}},
		{"a list of orders, one partly refunded", "订单号,订单金额,退款金额,订单状态,支付时间\nA1,5.00,2.00,部分退款,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Refunds: true, Fen: 500, RefundFen: 200, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 10:00:00")},
		}},
		{"a list of orders, one partly refunded, it does not say how much", "订单号,订单金额,订单状态\nA1,5.00,部分退款\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, PartRefunded: true, Fen: 500, State: Succeeded},
		}},
		{"a list of orders, one with the number of its refund", "订单号,订单金额,订单状态,退款单号,退款金额\nA1,5.00,支付成功,R1,5.00\nA2,5.00,退款成功,R2,5.00\nA3,0.00,支付成功,R3,5.00\n", Options{}, []Row{
			{Line: 2, Number: "A1", RefundNo: "R1", Refunds: true, Fen: 500, RefundFen: 500, State: Succeeded, RefundState: Succeeded},
			{Line: 3, Number: "A2", RefundNo: "R2", Refunds: true, RefundFen: 500, State: Succeeded, RefundState: Succeeded},
			{Line: 4, Number: "A3", RefundNo: "R3", Refunds: true, RefundFen: 500, State: Succeeded, RefundState: Succeeded},
		}},
		{"gateway's numbers that are none", "商户订单号,平台流水号,金额\nA1,-,5.00\nA2,0,5.00\nA3,4.20000E+27,5.00\nA4,42,5.00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Succeeded}, {Line: 3, Number: "A2", Pays: true, Fen: 500, State: Succeeded},
			{Line: 4, Number: "A3", Pays: true, Fen: 500, State: Succeeded}, {Line: 5, Number: "A4", GatewayNo: "42", Pays: true, Fen: 500, State: Succeeded},
		}},
		{"units in the cells", "订单号,金额\nA1,500分\nA2,6.00元\nA3,(7.00元)\nA4,(8.00)元\nA5,-900分\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Succeeded}, {Line: 3, Number: "A2", Pays: true, Fen: 600, State: Succeeded},
			{Line: 4, Number: "A3", Refunds: true, RefundFen: 700, State: Succeeded, RefundState: Succeeded},
			{Line: 5, Number: "A4", Refunds: true, RefundFen: 800, State: Succeeded, RefundState: Succeeded},
			{Line: 6, Number: "A5", Refunds: true, RefundFen: 900, State: Succeeded, RefundState: Succeeded},
		}},
		{"days alone, and midnights", "订单号,金额,时间\nA1,5.00,2026-11-22\nA2,5.00,2026-11-22 00:00:00\nA3,5.00,20261122\nA4,5.00,20261122000000\n", Options{}, []Row{
			onDay(paid(2, "A1", 500, "2026-11-22 00:00:00")), paid(3, "A2", 500, "2026-11-22 00:00:00"),
			onDay(paid(4, "A3", 500, "2026-11-22 00:00:00")), paid(5, "A4", 500, "2026-11-22 00:00:00"),
		}},
		{"days and times of day", "订单号,金额,日期,时间\nA1,5.00,2026-11-22,00:00:00\nA2,5.00,2026-11-22,\n", Options{}, []Row{
			paid(2, "A1", 500, "2026-11-22 00:00:00"), onDay(paid(3, "A2", 500, "2026-11-22 00:00:00")),
		}},
		{"a list of orders, refunds of which are not done", "订单号,订单金额,订单状态,支付时间\nA1,5.00,退款中,2026-11-22 10:00:00\nA2,6.00,退款失败,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Refunds: true, Either: true, Fen: 500, RefundFen: 500, State: Succeeded, RefundState: Processing, At: at("2026-11-22 10:00:00")},
			{Line: 3, Number: "A2", Pays: true, Refunds: true, Either: true, Fen: 600, RefundFen: 600, State: Succeeded, RefundState: Failed, At: at("2026-11-22 10:00:00")},
		}},
		{"payment and refund with a state each", "商户订单号,订单金额,交易状态,退款金额,退款状态\nA1,10.00,支付成功,4.00,退款失败\nA2,10.00,退款中,10.00,\nA3,10.00,支付成功,10.00,\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Refunds: true, Fen: 1000, RefundFen: 400, State: Succeeded, RefundState: Failed},
			{Line: 3, Number: "A2", Pays: true, Refunds: true, Either: true, Fen: 1000, RefundFen: 1000, State: Succeeded, RefundState: Processing},
			{Line: 4, Number: "A3", Pays: true, Refunds: true, Fen: 1000, RefundFen: 1000, State: Succeeded, RefundState: Succeeded},
		}},
		{"what did not succeed", "订单号,金额,状态,时间\nA1,5.00,交易关闭,2026-11-22 10:00:00\nA2,5.00,处理中,2026-11-22 10:00:00\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Failed, At: at("2026-11-22 10:00:00")},
			{Line: 3, Number: "A2", Pays: true, Fen: 500, State: Processing, At: at("2026-11-22 10:00:00")},
		}},
		{"fees are no orders", "流水号,金额,交易类型,时间\nF1,5.00,手续费,2026-11-22 10:00:00\nA1,5.00,消费,2026-11-22 10:00:00\n合计,10.00,,\n", Options{}, []Row{by("A1", paid(3, "A1", 500, "2026-11-22 10:00:00"))}},
		{"columns by name and number", "单号,x,实付\nA1,y,5.00\n", Options{Columns: map[Role]string{NumberColumn: "单号", AmountColumn: "3"}}, []Row{{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Succeeded}}},
		{"no heading", "A1;5\n", Options{NoHeader: true, Separator: ';', Unit: Fen, Columns: map[Role]string{NumberColumn: "1", AmountColumn: "2"}}, []Row{{Line: 1, Number: "A1", Pays: true, Fen: 5, State: Succeeded}}},
		{"texts of several lines", "订单号,金额,备注\nA1,5.00,\"茶,\"\"好\"\"\r\n两杯, 热, 带走\"\nA2,6.00,12\"\n", Options{}, []Row{
			{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Succeeded}, {Line: 4, Number: "A2", Pays: true, Fen: 600, State: Succeeded},
		}},
		{"words that are said", "订单号,金额,状态\nA1,5.00,妥了\n", optionsWith("妥了=paid"), []Row{{Line: 2, Number: "A1", Pays: true, Fen: 500, State: Succeeded}}},
		{"date and time apart, both of midnight", "商户订单号,交易金额,交易日期,交易时间\nA1,1,2026-11-22 00:00:00,10:05:00\nA2,1,2026/11/22 0:00,2026-11-22\nA3,1,2026-11-22,46348\n", Options{}, []Row{
			paid(2, "A1", 100, "2026-11-22 10:05:00"), paid(3, "A2", 100, "2026-11-22 00:00:00"), paid(4, "A3", 100, "2026-11-22 00:00:00"),
		}},
		{"nothing paid", "订单号,金额\n", Options{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(c.text, c.options)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == nil && c.name != "nothing paid" { // it is enough that all are read
				if len(got) != 4 {
					t.Errorf("%d lines: %+v", len(got), got)
				}
				return
			}
			if !slices.EqualFunc(got, c.want, sameRow) {
				t.Errorf("\n%+v, want\n%+v", got, c.want)
			}
		})
	}
}

// TestLinesBetween: a comment and a sum are left out and counted. A line that begins
// like one and has what an order has is an order.
func TestLinesBetween(t *testing.T) {
	t.Parallel()
	const dated, undated = "商品,商户订单号,金额,时间\n", "商品,商户订单号,金额\n"
	for _, c := range []struct {
		name, text string
		want       string // the numbers of the orders
		skipped    int
	}{
		{"products that are called like sums", dated + "#3 套餐,N1,1.00,2026-11-22 10:00:00\n合计,N2,2.00,2026-11-22 10:00:00\n" +
			"Total:coffee,N3,3.00,2026-11-22 10:00:00\n总笔数店,N4,4.00,2026-11-22 10:00:00\n茶,N5,5.00,2026-11-22 10:00:00\n", "N1 N2 N3 N4 N5", 0},
		{"the same without times", undated + "#3 套餐,N1,1.00\n合计,N2,2.00\n总笔数店,N3,3.00\n茶,N4,4.00\n", "N1 N2 N3 N4", 0},
		{"numbers that begin with #", "订单号,金额\n#1001,1.00\n#1002,2.00\n", "#1001 #1002", 0},
		{"sums with counts", dated + "茶,N1,1.00,2026-11-22 10:00:00\n小计,1,1.00,\n# 2026-11-23 导出\n\n总笔数,总金额\n1,1.00\n", "N1", 4},
		{"sums under the time", "时间,订单号,金额\n2026-11-22 10:00:00,N1,1.00\n总笔数,总金额,手续费\n1,1.00,0.01\n", "N1", 2},
		{"sums behind a list without times", "订单号,金额\nN1,1.00\n总笔数,总金额\n1,1.00\n", "N1", 2},
		{"a second list behind the sums of the first", dated + "茶,N1,1.00,2026-11-22 10:00:00\n总笔数,总金额\n1,1.00\n茶,N2,2.00,2026-11-22 11:00:00\n", "N1 N2", 2},
		{"sums whose counts stand under the number", undated + "茶,N1,1.00\n合计,1,1.00\n合计,1笔,1.00\n总计,1,1.00\n#合计,\"1,204\",1.00\n合计(元),1.0,1.00\n" +
			"交易合计,1,1.00\n退款合计,0,0.00\n小计,2026-11-22,1.00\n总计,笔数:1,1.00\n总笔数,1,1.00\n", "N1", 10},
		{"the names once more, a cell longer", undated + "茶,N1,1.00\n总笔数,总金额\n商品,商户订单号,金额,\n茶,N2,2.00\n", "N1 N2", 1},
		{"names of columns in a comment", undated + "茶,N1,1.00\n#说明,订单号,金额\n茶,N2,2.00\n", "N1 N2", 1},
		{"names of columns explained at the end", undated + "茶,N1,1.00\n总笔数,1\n订单号,商户的号码,金额,实付\n谢谢,,\n", "N1", 3},
		{"names of columns behind a sum", undated + "茶,N1,1.00\n退款合计,退款单号,退款金额\n", "N1", 1},
		{"sums of a day", dated + "茶,N1,1.00,2026-11-22 10:00:00\n小计,1,1.00,2026-11-22\n茶,N2,1.00,2026-11-23 10:00:00\n小计,1,1.00,2026-11-23\n总笔数,2,2.00,2026-11-23\n", "N1 N2", 3},
		{"as WeChat writes it", weChat, "PB00000000000000000000000001 PB00000000000000000000000001", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := New(inMemory{strings.NewReader(c.text)}, Options{})
			must(t, err)
			var numbers []string
			for {
				row, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				must(t, err)
				numbers = append(numbers, row.Number)
			}
			if got := strings.Join(numbers, " "); got != c.want || r.Skipped() != c.skipped {
				t.Errorf("%s, %d left out; want %s, %d", got, r.Skipped(), c.want, c.skipped)
			}
		})
	}
}

func sameRow(a, b Row) bool {
	same := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	return same && a == b
}

func optionsWith(word string) (o Options) {
	if err := o.SetWord(word); err != nil {
		panic(err)
	}
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRefused: whatever is not certain is refused with the line and the column, and
// with what to do.
func TestRefused(t *testing.T) {
	t.Parallel()
	const head = "商户订单号,交易金额,交易状态,交易时间\n"
	const remarks = "订单号,金额,备注\n"
	for _, c := range []struct{ name, text, want string }{
		{"rounded number", head + "2.02701E+19,1.00,成功,2026-11-22\n", "line 2, column 1 (商户订单号): rounded by Excel"},
		{"no number", head + ",1.00,成功,2026-11-22\n", "line 2, column 1 (商户订单号): no order number"},
		{"long number", head + strings.Repeat("1", 65) + ",1.00,成功,2026-11-22\n", "longer than 64 characters"},
		{"three decimals", head + "A1,1.001,成功,2026-11-22\n", `line 2, column 2 (交易金额): not an amount in yuan: "1.001"`},
		{"rounded amount", head + "A1,1.5E+3,成功,2026-11-22\n", "is rounded"},
		{"separators at wrong places", head + "A1,\"1,00\",成功,2026-11-22\n", "not an amount in yuan"},
		{"no amount", head + "A1,,成功,2026-11-22\n", "line 2, column 2 (交易金额): no amount"},
		{"who made the list", head + "A1,1.00,成功,2026-11-22\n制表人：张三\n", "line 3, column 2 (交易金额): no amount; if this line tells of no order, delete it from the file; else name the column: --column number=… --column amount=…"},
		{"who made the list and who checked it", head + "制表人：张三,复核人：李四\n", `not an amount in yuan: "复核人：李四"; if this line tells of no order, delete it`},
		{"a sum without its word", head + ",1.00\n", "line 2, column 1 (商户订单号): no order number; if this line tells of no order, delete it"},
		{"unknown state", head + "A1,1.00,妥了,2026-11-22\n", "line 2, column 3 (交易状态): unknown state \"妥了\"; say what it means, for example --word 妥了=paid"},
		{"not a time", head + "A1,1.00,成功,yesterday\n", "line 2, column 4 (交易时间): not a time"},
		{"yuan in a column of fen", "订单号,金额(分)\nA1,19.99\n", "is it in yuan? (--unit yuan)"},
		{"quotation mark that is not closed", head + "\"A1,1.00" + strings.Repeat(",x\n", maxLine), "line 2: behind line 1 more than 256 KiB come without the end of a line; is a quotation mark not closed"},
		{"quotation mark that is not closed before the end", remarks + "A1,1.00,\"12寸\nA2,2.00,x\n", "line 2, column 3: the quotation mark before this text is not closed in its line"},
		{"quotation mark that the next one closes", remarks + "A1,1.00,\"12寸\nA2,2.00,x\nA3,3.00,\"茶\"\n", "line 2, column 3: the quotation mark"},
		{"quotation mark that one behind a text closes", remarks + "A1,1.00,\"12\nA2,2.00,12\"\nA3,3.00,x\n", "line 2, column 3: the quotation mark"},
		{"quotation mark that takes the amount of the next line", "订单号,名称,金额\nA1,\"12寸,1.00\nA2,\"茶\",2.00\n", "line 2, column 2: the quotation mark"},
		{"quotation mark behind many lines", remarks + strings.Repeat("A0,1.00,x\n", 5000) + "A1,1.00,\"12寸\nA2,2.00,x\n", "line 5002, column 3: the quotation mark"},
		{"a comma too many behind a #", "商品,商户订单号,交易金额,交易时间\n#3 套餐, 大份,T1,1.00,2026-11-22 10:00:00\n", "line 2: more values than columns have names"},
		{"a comma too many", head + "A1,1,000.00,成功,2026-11-22\n", "line 2: more values than columns have names"},
		{"too many columns", head + "A1,1.00,成功,2026-11-22" + strings.Repeat(",", maxCells) + "\n", "more than 300 columns"},
		{"no names of columns", "a,b\n1,2\n", "no line has names of columns for the order number and the amount"},
		{"empty", "", "the file is empty"},
		{"old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or one with a password; open it and save it as an Excel workbook (.xlsx)"},
		{"new Excel, cut short", "PK\x03\x04\x14\x00\x06\x00", "a workbook that is cut short or damaged; get the statement again"},
		{"XML of Excel", "<?xml version=\"1.0\"?>\n<Workbook/>", "this is XML; open it with a spreadsheet program"},
		{"a second list behind the sums", "订单号,金额\nN001,1.01\n总笔数,总金额\n1,1.01\n退款单号,退款金额\nN001,1.01\n", "line 5: a second list begins here, with columns of its own; save it as a file of its own"},
		{"a second list with times", "订单号,金额,时间,备注\nN001,1.01,2026-11-22 01:00:00,\n总笔数,总金额\n1,1.01\n退款时间,订单号,退款单号,退款金额\n2026-11-22 05:00:00,N001,RX9,1.01\n", "line 5: a second list begins here"},
		{"yuan and fen in one cell", head + "A1,5元3分,成功,2026-11-22\n", "not an amount"},
		{"archive", "\x1f\x8b\x08\x00", "unpack it first"},
		{"PDF", "%PDF-1.7", "this is a PDF"},
		{"web page", "<html><table>", "this is a web page"},
		{"program", "\x7fELF\x00\x00\x00\x00", "the file is no text"},
		{"two encodings", "商户订单号,金额,名称\n1,1.00,\xb2\xe8\n", "column"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rows, err := read(c.text, Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v, %v", rows, err)
			}
		})
	}
}
