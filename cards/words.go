package cards

import (
	"ticketbell/ticket"
)

// statusWord is the state of a ticket in a word.
func statusWord(s ticket.Status) Text {
	switch s {
	case ticket.WaitingReview:
		return Text{"待审核", "Pending review"}
	case ticket.WaitingExecution:
		return Text{"待上线", "Pending execution"}
	case ticket.Running:
		return Text{"上线中", "Executing"}
	case ticket.Rejected:
		return Text{"已驳回", "Rejected"}
	case ticket.Succeeded:
		return Text{"上线成功", "Succeeded"}
	case ticket.Failed:
		return Text{"上线失败", "Failed"}
	case ticket.Completed:
		return Text{"人工上线", "Completed by hand"}
	default:
		return Text{"已关闭", "Closed"}
	}
}

// verb says what the reader must do, or what happened.
func (w writer) verb() Text {
	if w.n.Pending != nil && w.t.Status.Waiting() {
		return Text{"处理中", "In progress"}
	}
	if w.n.Reader == ticket.RoleAssignee && w.t.Status.Waiting() {
		return w.todo()
	}
	by := display(w.ev.Actor)
	switch w.ev.Kind {
	case ticket.KindPassed:
		return happened(by, Text{"审批通过", "Approved"}, Text{"通过", "Approved"})
	case ticket.KindRejected:
		return happened(by, Text{"已驳回", "Rejected"}, Text{"驳回", "Rejected"})
	case ticket.KindCanceled:
		return happened(by, Text{"已关闭", "Closed"}, Text{"关闭", "Closed"})
	case ticket.KindExecuting:
		return Text{"正在上线", "Being executed"}
	case ticket.KindSucceeded:
		return Text{"上线成功", "Execution succeeded"}
	case ticket.KindFailed:
		return Text{"上线失败", "Execution failed"}
	case ticket.KindCompleted:
		return Text{"已人工上线", "Completed by hand"}
	case ticket.KindEscalated:
		return Text{"催办升级，迟迟未处理", "Escalated – nobody has acted yet"}
	default:
		return statusWord(w.t.Status)
	}
}

// happened is "已由 李四 通过", or the bare word when nobody knows who did it.
func happened(by string, bare, done Text) Text {
	if by == "" {
		return bare
	}
	return Text{"已由 " + by + " " + done.ZH, done.EN + " by " + by}
}

// todo is what an assignee reads.
func (w writer) todo() Text {
	task := Text{"待你审核", "Your review is needed"}
	if w.t.Status == ticket.WaitingExecution {
		task = Text{"待你上线", "Ready for you to execute"}
	}
	switch w.ev.Kind {
	case ticket.KindReminded, ticket.KindEscalated:
		return Text{"催办，" + task.ZH, "Reminder – " + lowerFirst(task.EN)}
	case ticket.KindResubmitted:
		return Text{"重新提交，" + task.ZH, "Resubmitted – " + lowerFirst(task.EN)}
	}
	return task
}

// footer says why the reader got the card.
func (w writer) footer() Text {
	switch w.ev.Kind {
	case ticket.KindAsked:
		return Text{"你在聊天里查询了这张工单。", "You asked the bot about this ticket."}
	case ticket.KindEscalated:
		return Text{"这一步等待已久，流程指定升级给你。", "This step has waited too long, and its flow escalates it to you."}
	}
	switch w.n.Reader {
	case ticket.RoleAssignee:
		return w.assigneeFooter()
	case ticket.RoleCreator:
		return Text{"你是这张工单的申请人。", "You requested this ticket."}
	case ticket.RoleExecutor:
		return Text{"你是这张工单的执行人。", "You are an executor of this ticket."}
	case ticket.RoleWaiting:
		return Text{"你曾是这张工单的处理人，现在无需再处理。", "You were asked to act on this ticket; nothing is left for you to do."}
	default:
		return Text{"工单系统指定你接收这条通知。", "The ticket platform asked us to tell you."}
	}
}

func (w writer) assigneeFooter() Text {
	state := Text{"工单待审批，", "Pending review: "}
	part := Text{"处理人", "a reviewer"}
	if w.t.Status == ticket.WaitingExecution {
		state, part = Text{"工单待上线，", "Pending execution: "}, Text{"执行人", "an executor"}
	}
	if w.t.Step == nil || w.t.Step.Name == "" {
		return Text{state.ZH + "你是当前步骤的" + part.ZH + "。", state.EN + "you are " + part.EN + " of the current step."}
	}
	step := StepName(w.t.Step.Name)
	return Text{
		state.ZH + "你是「" + step.ZH + "」步骤的" + part.ZH + "。",
		state.EN + "you are " + part.EN + " of the step “" + step.EN + "”.",
	}
}

// done is what a mark of the trail says of its kind; ok is false for kinds that leave no mark.
func done(k ticket.Kind) (t Text, ok bool) {
	switch k {
	case ticket.KindPassed:
		return Text{"通过", "approved"}, true
	case ticket.KindRejected:
		return Text{"驳回", "rejected"}, true
	case ticket.KindResubmitted:
		return Text{"重新提交", "resubmitted"}, true
	case ticket.KindExecuting:
		return Text{"开始上线", "started"}, true
	case ticket.KindSucceeded:
		return Text{"上线成功", "executed"}, true
	case ticket.KindFailed:
		return Text{"上线失败", "failed"}, true
	case ticket.KindCompleted:
		return Text{"人工上线", "completed by hand"}, true
	case ticket.KindCanceled:
		return Text{"关闭", "closed"}, true
	}
	return Text{}, false
}

// LeavesMark reports whether an event of that kind belongs on a ticket's trail.
func LeavesMark(k ticket.Kind) bool {
	_, ok := done(k)
	return ok
}

// levelWord is the worst finding of an audit; a word we do not know is shown as it is.
func levelWord(level string) Text {
	switch level {
	case "normal":
		return Text{"普通", "normal"}
	case "notice":
		return Text{"提示", "notice"}
	case "warn", "warning":
		return Text{"告警", "warning"}
	case "error":
		return Text{"错误", "error"}
	}
	return Same(clean(level))
}
