package server

import (
	"slices"
	"strings"

	"ticketbell/cards"
)

// inLanguage says a message about a field in lang. Messages are made in English,
// here and in package ticket; one without a Chinese wording gets the general one.
func inLanguage(lang cards.Language, message string) string {
	if lang != cards.Chinese {
		return message
	}
	for _, w := range wordings() {
		if got, ok := match(w.EN, message); ok {
			return strings.Replace(w.ZH, "%s", got, 1)
		}
	}
	return "不正确"
}

// wordings are the messages about fields, the special before the general; "%s"
// stands for what varies.
func wordings() []cards.Text { return slices.Concat(sheetWordings(), fieldWordings()) }

// sheetWordings are those of sheets and networks.
func sheetWordings() []cards.Text {
	return []cards.Text{
		{EN: "must be a row of CSV as wide as the first; line %s is not", ZH: "每行的列数须与第一行相同；第 %s 行不同"},
		{EN: "must be a row of CSV as wide as the first", ZH: "须为 CSV 行，列数与首行一致"},
		{EN: "is no network such as 10.1.0.0/16, 2001:db8::/32 or 203.0.113.7", ZH: "不是网段，例如 10.1.0.0/16、2001:db8::/32 或 203.0.113.7"},
		{EN: "has bits set behind its length; the network is %s", ZH: "前缀长度之后还有非零位；网段应为 %s"},
		{EN: "is an old or protected Excel workbook: save it as .xlsx without a password, or as CSV UTF-8", ZH: "这是旧版（.xls）或加密的 Excel 工作簿，请另存为不加密的 .xlsx，或 CSV UTF-8"},
		{EN: "is packed like an Excel workbook and is none: save it as .xlsx or CSV UTF-8", ZH: "不是 Excel 工作簿，请另存为 .xlsx 或 CSV UTF-8"},
		{EN: "is a broken Excel workbook: open it and save it again", ZH: "Excel 工作簿已损坏，请打开后重新保存"},
		{EN: "is an Excel workbook too large to be read: copy the people into a new one", ZH: "Excel 工作簿内容过大，请把人员复制到新的工作簿"},
		{EN: "must hold at most %s columns", ZH: "最多 %s 列"},
		{EN: "must name %s columns, one for each of the first row", ZH: "须写 %s 个列名，与第一行的列一一对应"},
		{EN: "is the name of two columns", ZH: "有两列都是它"},
		{EN: "holds an error of the spreadsheet such as #N/A: mend its formula, or empty the cell", ZH: "单元格是表格软件的错误值（如 #N/A），请改正公式或清空"},
		{EN: "is known already", ZH: "用户已存在"},
		{EN: "is in row %s already", ZH: "与第 %s 行重复"},
		{EN: "must hold at most %s rows", ZH: "最多 %s 行"},
	}
}

func fieldWordings() []cards.Text {
	return []cards.Text{
		{EN: "is required", ZH: "必填"},
		{EN: "is required: one of %s", ZH: "必填，可用：%s"},
		{EN: "must be one of %s", ZH: "只能是：%s"},
		{EN: "is not known here", ZH: "未知字段"},
		{EN: "is nobody known here", ZH: "没有这个用户"},
		{EN: "is taken by %s", ZH: "已被 %s 占用"},
		{EN: "must name a person by username, email, phone or name", ZH: "须用 username、email、phone 或 name 指明一个人"},
		{EN: "must be a person's username, email, phone, wecom_userid or feishu_open_id", ZH: "须用 username、email、phone、wecom_userid 或 feishu_open_id 指明一个人"},
		{EN: "must name one person by one field alone", ZH: "只能用一个字段指明一个人"},
		{EN: "must be at most %s characters", ZH: "最多 %s 个字符"},
		{EN: "must be at least %s characters", ZH: "至少 %s 个字符"},
		{EN: "must be at least %s bytes", ZH: "至少 %s 个字节"},
		{EN: "must hold at most %s review steps and one execution step", ZH: "最多 %s 个审核步骤和一个上线步骤"},
		{EN: "must be review, and execute for the last step", ZH: "最后一步须为 execute，其余为 review"},
		{EN: "must hold at most %s types", ZH: "最多 %s 个类型"},
		{EN: "must make at most %s pairs with projects", ZH: "与适用项目最多组成 %s 对"},
		{EN: "must be empty unless assign is members", ZH: "处理人方式不是「指定」时须留空"},
		{EN: "must hold at most %s people", ZH: "最多 %s 人"},
		{EN: "must hold at most %s targets", ZH: "最多 %s 个目标"},
		{EN: "must hold at most %s fields", ZH: "最多 %s 个字段"},
		{EN: "must hold at most %s", ZH: "最多 %s 项"},
		{EN: "must be a number from %s", ZH: "数字范围：%s"},
		{EN: "must not be negative", ZH: "不能为负数"},
		{EN: "must be valid UTF-8", ZH: "必须是有效的 UTF-8"},
		{EN: "must lie between the years %s", ZH: "年份范围：%s"},
		{EN: "must be a time such as %s", ZH: "须为时间，例如 %s"},
		{EN: "must lie in the future", ZH: "须晚于现在"},
		{EN: "must be an e-mail address such as %s", ZH: "须为邮箱地址，例如 %s"},
		{EN: "must be a phone number such as 13800001234 or +12125550123", ZH: "须为手机号，例如 13800001234 或 +12125550123"},
		{EN: "must be a phone number such as %s", ZH: "须为手机号，例如 %s"},
		{EN: "must be a time from 1s to 8760h", ZH: "须为 1s 到 8760h 之间的时长"},
		{EN: "is required with escalate_after", ZH: "填了 escalate_after 时必填"},
		{EN: "is required with escalate_to", ZH: "填了 escalate_to 时必填"},
		{EN: "must be an absolute https link, or an http one to this machine", ZH: "须为以 https 开头的完整链接；http 只能指向本机"},
		{EN: "must be a path that begins with / and names {ticket}; {project} may stand in it, and nothing else in braces", ZH: "须为以 / 开头的路径，其中有 {ticket}，可以有 {project}，不能有别的花括号"},
		{EN: "must be an absolute http or https link", ZH: "须为以 http 或 https 开头的完整链接"},
		{EN: "must be a path that begins with /", ZH: "须为以 / 开头的路径"},
		{EN: "must be the name of a time zone such as %s", ZH: "须为时区名称，例如 %s"},
		{EN: "must be a duration such as %s", ZH: "须为时长，例如 %s"},
		{EN: "must not begin or end with a space, nor contain a slash", ZH: "首尾不能有空格，且不能包含斜杠"},
		{EN: "must be the next_cursor of a page", ZH: "须为上一页返回的 next_cursor"},
		{EN: "cannot be changed", ZH: "不可修改"},
		{EN: "must end with its only execute step, after at most %s reviews", ZH: "最多 %s 个审核步骤，最后一步为唯一的上线步骤"},
		{EN: "is more than you may give", ZH: "超出了你能授予的权限"},
		{EN: "must be true or false", ZH: "须为 true 或 false"},
		{EN: "must be a whole number from 0 up; 0 is unlimited", ZH: "须为 0 或正整数；0 表示不限"},
		{EN: "must be an object of limits", ZH: "须为各项限制组成的对象"},
		{EN: "must be a whole number", ZH: "须为整数"},
		{EN: "must be a number", ZH: "须为数字"},
		{EN: "must be a string", ZH: "须为字符串"},
		{EN: "must be a list", ZH: "须为数组"},
		{EN: "must be an object", ZH: "须为对象"},
		{EN: "must be JSON as documented", ZH: "须为符合文档的 JSON"},
		{EN: "must be at least %s", ZH: "不小于 %s"},
		{EN: "must be at most %s", ZH: "不大于 %s"},
	}
}
