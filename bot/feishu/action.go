package feishu

import "ticketbell/cards"

// The names by which a rejection comes back: its form cannot carry a value (feishu.md 7.2).
const (
	rejectForm   = "reject_form"
	rejectSubmit = "reject_submit"
	rejectReason = "reject_reason"
)

// actions lays out what a reader can do: the buttons in one line, a rejection with its
// reason below them.
func actions(c cards.Card, notice string) []element {
	var inLine, below []element
	for _, b := range c.Buttons {
		switch {
		case b.Action == cards.Reject:
			below = append(below, rejection(b))
		case b.Action == cards.View && b.URL != "":
			inLine = append(inLine, viewButton(b, !c.Asks()))
		case b.Action != cards.View:
			inLine = append(inLine, callbackButton(b, notice))
		}
	}
	if len(inLine) == 1 {
		return append(inLine, below...)
	}
	if len(inLine) > 1 {
		return append([]element{sideBySide(inLine)}, below...)
	}
	return below
}

// sideBySide lets elements flow into the next line where a screen is narrow.
func sideBySide(list []element) element {
	set := columnSet{Tag: "column_set", FlexMode: "flow", Spacing: "8px"}
	for _, e := range list {
		set.Columns = append(set.Columns, column{Tag: "column", Width: "auto", Elements: []element{e}})
	}
	return set
}

// viewButton leads to the ticket; it stands out when nothing else can be done to it.
func viewButton(b cards.Button, alone bool) element {
	e := button{
		Tag: "button", Text: plain(b.Text), Type: "default",
		Behaviors: []behavior{{Type: "open_url", URL: b.URL}},
	}
	if alone {
		e.Type = "primary"
	}
	return e
}

func callbackButton(b cards.Button, notice string) element {
	e := button{
		Tag: "button", Text: plain(b.Text), Type: "default",
		Behaviors: []behavior{{Type: "callback", Value: &pressed{Act: string(b.Action), Notice: notice}}},
	}
	if b.Action == cards.Approve {
		ask := cards.ConfirmApproval()
		e.Type, e.Confirm = "primary_filled", &confirm{Title: plain(ask.Title), Text: plain(ask.Text)}
	}
	return e
}

// rejection is a form that cannot be submitted without a reason.
func rejection(b cards.Button) element {
	ask := cards.AskReason()
	return form{
		Tag: "form", Name: rejectForm, Spacing: "8px",
		Elements: []element{
			input{
				Tag: "input", Name: rejectReason, InputType: "multiline_text", Rows: 2, Required: true, MaxLength: cards.MaxReason,
				Width: "fill", Label: plain(ask.Label), LabelPosition: "top", Placeholder: plain(ask.Hint),
			},
			button{Tag: "button", Name: rejectSubmit, FormAction: "submit", Text: plain(b.Text), Type: "danger"},
		},
	}
}
