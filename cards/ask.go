package cards

// MaxReason is how many characters a reason for a rejection may have.
const MaxReason = 500

// Confirmation is what a reader reads between a press and its effect.
type Confirmation struct{ Title, Text Text }

// ConfirmApproval asks once more before a ticket is approved: one press is easily made
// by mistake. A rejection is not asked about, its reason was typed already.
func ConfirmApproval() Confirmation {
	return Confirmation{
		Title: Text{"确认通过？", "Approve this ticket?"},
		Text:  Text{"通过后工单进入下一步，相关人员会收到通知。", "It moves on to its next step, and the people concerned are told."},
	}
}

// Prompt is what stands at a field that a reader fills in.
type Prompt struct{ Label, Hint Text }

// AskReason asks for the reason of a rejection.
func AskReason() Prompt {
	return Prompt{
		Label: Text{"驳回原因", "Reason for rejecting"},
		Hint:  Text{"必填，申请人会看到，最多 500 字", "Required, shown to the requester, up to 500 characters"},
	}
}

// StillWorking answers a press whose effect takes longer than the provider waits.
func StillWorking() Text {
	return Text{"处理中，完成后卡片会自动更新。", "Working on it. The card is updated once it is done."}
}

// NotUnderstood answers a press on a card that nobody here laid out.
func NotUnderstood() Text {
	return Text{"无法识别这次操作，请在工单中处理。", "This press was not understood. Please use the ticket itself."}
}
