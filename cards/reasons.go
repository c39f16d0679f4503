package cards

// Choice is one of a few things a reader can choose from.
type Choice struct {
	// ID is stable and travels with the press.
	ID   string
	Text Text
}

// reasons are what a ticket is rejected for, where a channel lets people choose and not
// type. Whoever finds none writes it in the ticket.
func reasons() []Choice {
	return []Choice{
		{"statement", Text{"SQL 需修改，见审核结果", "The SQL needs changes, see the audit"}},
		{"risk", Text{"风险过高，影响业务或数据", "Too risky for the service or its data"}},
		{"window", Text{"时间不合适，请改变更窗口", "Wrong time: pick another change window"}},
		{"detail", Text{"缺少说明或回滚方案", "Purpose or rollback plan is missing"}},
		{"needless", Text{"重复提交，或已不再需要", "A duplicate, or no longer needed"}},
		{"other", Text{"其他（见工单）", "Other (see the ticket)"}},
	}
}

// ReasonChoices are what a reader chooses the reason of a rejection from. The first is
// none: it stands there until something is chosen, so that nobody gives a reason by accident.
func ReasonChoices() []Choice {
	return append([]Choice{{"none", Text{"驳回前请选择原因", "Choose a reason to reject"}}}, reasons()...)
}

// ReasonChoice returns the reason of that id; zero for none and for one that is not known.
func ReasonChoice(id string) Text {
	for _, r := range reasons() {
		if r.ID == id {
			return r.Text
		}
	}
	return Text{}
}

// ReasonLabel stands before the choice.
func ReasonLabel() Text { return Text{"驳回原因", "Reason"} }
