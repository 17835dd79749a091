package health

import "github.com/paybridge/paybridge/caddymodule/internal/bilingual"

// What operators read of the conditions.
var (
	noCommit       = bilingual.Text{En: "%s", Zh: "无法提交：%s"}
	noCommitAdvice = bilingual.Text{
		En: "the ledger cannot commit, so no payment is taken: look at the disk or the database, and at Caddy's log",
		Zh: "账本无法提交，因此不接受支付：请检查磁盘或数据库，并查看 Caddy 的日志",
	}
	commitTakes = bilingual.Text{En: "a commit takes %s", Zh: "一次提交用时 %s"}

	diskElsewhere     = bilingual.Text{En: "the ledger is not on this machine's disk", Zh: "账本不在本机磁盘上"}
	diskUnknown       = bilingual.Text{En: "%s", Zh: "无法读取：%s"}
	diskUnknownAdvice = bilingual.Text{
		En: "the free space of the ledger's disk cannot be read: is the disk there?",
		Zh: "无法读取账本所在磁盘的剩余空间；请确认磁盘是否正常",
	}
	diskFree   = bilingual.Text{En: "%s free", Zh: "剩余 %s"}
	diskAdvice = bilingual.Text{
		En: "less than min_free_disk (%s) is free; make room before the ledger cannot grow any more",
		Zh: "剩余空间低于 min_free_disk（%s）；请在账本无法增长之前清理空间",
	}

	clockUnknown = bilingual.Text{En: "not compared with the gateway's yet", Zh: "尚未与网关的时钟比较"}
	clockAhead   = bilingual.Text{En: "the gateway's clock is %s ahead", Zh: "网关的时钟快 %s"}
	clockBehind  = bilingual.Text{En: "the gateway's clock is %s behind", Zh: "网关的时钟慢 %s"}
	clockAgrees  = bilingual.Text{En: "agrees with the gateway's, to the second", Zh: "与网关的时钟一致，误差不到一秒"}
	clockAdvice  = bilingual.Text{
		En: "more than max_clock_skew (%s) apart: is this machine's clock set by NTP? If it is right, tell the gateway's people",
		Zh: "相差超过 max_clock_skew（%s）；请确认本机时钟由 NTP 校准。如果本机正确，请告知网关方",
	}

	shadowOff       = bilingual.Text{En: "switched off (%s)", Zh: "已关闭（%s）"}
	shadowOffAdvice = bilingual.Text{
		En: "nothing is compared with the old gateway; see the runbook PaybridgeShadowOff",
		Zh: "没有与旧网关比对；请查看运行手册 PaybridgeShadowOff",
	}
	shadowNothing       = bilingual.Text{En: "%d exchanges with the old gateway, and none could be compared", Zh: "与旧网关有 %d 次往来，都无法比对"}
	shadowNothingAdvice = bilingual.Text{
		En: "see the runbook PaybridgeShadowComparesNothing",
		Zh: "请查看运行手册 PaybridgeShadowComparesNothing",
	}
	shadowIdle     = bilingual.Text{En: "nothing to compare yet", Zh: "尚无可比对的往来"}
	shadowCompares = bilingual.Text{En: "%d of %d exchanges with the old gateway compared", Zh: "与旧网关的往来已比对 %d 次，共 %d 次"}
)
