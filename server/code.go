package server

import "ticketbell/cards"

// code is the stable word of a problem.
type code string

const (
	codeInvalid      code = "invalid_request"
	codeUnauthorized code = "unauthorized"
	codeScope        code = "forbidden"
	codeAddress      code = "address_not_allowed"
	codeNotAllowed   code = "not_allowed"
	codeCross        code = "cross_origin"
	codeNotFound     code = "not_found"
	codeNobody       code = "no_person"
	codeMethod       code = "method_not_allowed"
	codeTimeout      code = "timeout"
	codeConflict     code = "conflict"
	codeSettled      code = "settled"
	codeStale        code = "stale"
	codeTooLarge     code = "too_large"
	codeMedia        code = "unsupported_media_type"
	codeRate         code = "rate_limited"
	codeGone         code = "client_closed"
	codeInternal     code = "internal"
	codeUnavailable  code = "unavailable"
)

// codes lists every code with its status, in the order the documentation does.
func codes() []code {
	return []code{
		codeInvalid, codeUnauthorized, codeScope, codeAddress, codeNotAllowed, codeCross, codeNotFound, codeNobody, codeMethod, codeTimeout,
		codeConflict, codeSettled, codeStale, codeTooLarge, codeMedia, codeRate, codeGone, codeInternal, codeUnavailable,
	}
}

// title names the kind of problem.
func (c code) title() cards.Text { return c.words()[0] }

// detail says what to do about it.
func (c code) detail() cards.Text { return c.words()[1] }

func (c code) words() [2]cards.Text {
	say := func(zh, en, detailZH, detailEN string) [2]cards.Text {
		return [2]cards.Text{{ZH: zh, EN: en}, {ZH: detailZH, EN: detailEN}}
	}
	switch c {
	case codeInvalid:
		return say("请求有误", "Invalid request", "有字段不正确，详见 errors。", "Some fields are wrong; see errors.")
	case codeUnauthorized:
		return say("未认证", "Unauthorized", "请在 Authorization: Bearer 中提供有效的 API 令牌。", "Send a valid API token as Authorization: Bearer.")
	case codeScope:
		return say("权限不足", "Forbidden", "该令牌缺少权限 {scope}。", "The token lacks the scope {scope}.")
	case codeAddress:
		return say("来源不被允许", "Address not allowed", "该令牌不能从 {address} 使用；如在代理之后，请检查 --trusted-proxies。", "The token may not be used from {address}; behind a proxy, see --trusted-proxies.")
	case codeNotAllowed:
		return say("无权操作", "Not allowed", "该操作不属于此人。", "This is not this person's to do.")
	case codeCross:
		return say("跨域请求被拒绝", "Cross-origin request refused", "请求来自其他网站，请使用受信任的来源。", "The request comes from another site; use a trusted origin.")
	case codeNotFound:
		return say("未找到", "Not found", "没有这个地址，或对象不存在。", "There is no such address, or what it names does not exist.")
	case codeNobody:
		return say("令牌不属于任何人", "The token is nobody's", "该令牌没有所属用户，或该用户已停用；请用属于本人的令牌（创建时填写 username）。", "The token names no person, or one who is disabled; use a token of your own, made with a username.")
	case codeMethod:
		return say("方法不支持", "Method not allowed", "该地址不支持此方法，见 Allow 响应头。", "The address does not know this method; see the header Allow.")
	case codeTimeout:
		return say("请求超时", "Request timeout", "请求体发送过慢。", "The body took too long to arrive.")
	case codeConflict:
		return say("冲突", "Conflict", "当前状态不允许此操作，或值已被占用。", "The present state does not allow this, or a value is taken.")
	case codeSettled:
		return say("工单已变更", "The ticket has moved on", "该操作已不适用于工单的当前状态。", "The action no longer fits the state of the ticket.")
	case codeStale:
		return say("已被他人修改", "Changed by somebody else", "请重新读取后再修改（If-Match 与当前 ETag 不符）。", "Read it again before you change it: If-Match is not the current ETag.")
	case codeTooLarge:
		return say("请求过大", "Too large", "请求体超过上限，事件上限为 256 KiB。", "The body is over the limit; an event may have 256 KiB.")
	case codeMedia:
		return say("不支持的内容类型", "Unsupported media type", "请使用文档所述的 Content-Type，通常为 application/json。", "Send the Content-Type that is documented, mostly application/json.")
	case codeRate:
		return say("请求过于频繁", "Too many requests", "请在 Retry-After 秒后重试。", "Try again after Retry-After seconds.")
	case codeGone:
		return say("请求未完成", "The request broke off", "连接在请求体传完或得到应答之前断开。", "The connection ended before the body was complete, or before there was an answer.")
	case codeUnavailable:
		return say("暂时不可用", "Unavailable", "未作任何更改，请稍后重试。", "Nothing was changed; try again later.")
	default:
		return say("内部错误", "Internal error", "服务器出错，请提供 request_id 以便查询日志。", "Something went wrong here; the log knows more under request_id.")
	}
}
