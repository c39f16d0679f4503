package cards

import (
	"fmt"
	"strconv"
	"strings"

	"ticketbell/ticket"
)

// How much a card says before it says "and more".
const (
	maxNames            = 5
	maxTargets          = 3
	maxMarks            = 6
	maxDescriptionLines = 3
	maxDescriptionRunes = 300
	maxReasonRunes      = 300
)

func (w writer) rows() []Row {
	var rows []Row
	add := func(name string, label, value Text) {
		if !value.IsZero() {
			rows = append(rows, Row{Name: name, Label: label, Value: value})
		}
	}
	if w.n.Now != "" && w.n.Now != w.t.Status {
		add("now", Text{"最新状态", "By now"}, statusWord(w.n.Now))
	}
	if w.t.Status.Waiting() && w.t.Step != nil {
		add("step", Text{"当前步骤", "Step"}, stepText(*w.t.Step))
		add("assignees", Text{"处理人", "Assignees"}, names(w.t.Step.Assignees))
	}
	add("creator", Text{"申请人", "Requested by"}, Same(display(w.t.Creator)))
	add("targets", Text{"数据源", "Data source"}, targetsText(w.t.Targets))
	add("audit", Text{"审核结果", "Audit"}, auditText(w.t.Audit))
	add("time", timeLabel(w.ev.Kind), Same(w.clock(w.ev.OccurredAt)))
	for _, f := range w.t.ExtraFields {
		add("field", Same(clean(f.Label)), Same(clean(f.Value)))
	}
	return rows
}

func timeLabel(k ticket.Kind) Text {
	switch k {
	case ticket.KindSubmitted:
		return Text{"提交时间", "Submitted"}
	case ticket.KindResubmitted:
		return Text{"重新提交时间", "Resubmitted"}
	}
	return Text{"更新时间", "Updated"}
}

func stepText(s ticket.Step) Text {
	at := ""
	switch {
	case s.Index > 0 && s.Total > 0:
		at = fmt.Sprintf("%d/%d ", s.Index, s.Total)
	case s.Index > 0:
		at = strconv.Itoa(s.Index) + " "
	}
	name := StepName(s.Name)
	return Text{strings.TrimSpace(at + name.ZH), strings.TrimSpace(at + name.EN)}
}

// StepName is what a step is called: one that goes by the plain name of its kind is
// called so in the reader's language, any other as its flow calls it.
func StepName(name string) Text {
	name = clean(name)
	switch strings.ToLower(name) {
	case "审核", "审批":
		return Text{name, "Review"}
	case "上线":
		return Text{name, "Execution"}
	case "review":
		return Text{"审核", name}
	case "execution":
		return Text{"上线", name}
	}
	return Same(name)
}

// display is what a card calls a person, "" when only an address is known.
func display(p ticket.Person) string { return clean(p.String()) }

// names lists people as a card may call them; those of whom only an address is
// known are counted, not shown.
func names(people []ticket.Person) Text {
	var shown []string
	rest := 0
	for _, p := range people {
		if name := display(p); name != "" && len(shown) < maxNames {
			shown = append(shown, name)
		} else {
			rest++
		}
	}
	switch {
	case rest == 0:
		return Text{strings.Join(shown, "、"), strings.Join(shown, ", ")}
	case len(shown) == 0:
		return Text{fmt.Sprintf("%d 人", rest), plural(rest, "person", "people")}
	}
	return Text{
		fmt.Sprintf("%s 等 %d 人", strings.Join(shown, "、"), len(people)),
		fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), rest),
	}
}

func targetsText(targets []ticket.Target) Text {
	var zh, en []string
	for i, t := range targets {
		if i == maxTargets {
			return Text{
				fmt.Sprintf("%s 等 %d 个", strings.Join(zh, "；"), len(targets)),
				fmt.Sprintf("%s and %d more", strings.Join(en, "; "), len(targets)-maxTargets),
			}
		}
		one := targetText(t)
		if one.IsZero() {
			continue
		}
		zh, en = append(zh, one.ZH), append(en, one.EN)
	}
	return Text{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

func targetText(t ticket.Target) Text {
	var place []string
	for _, s := range []string{t.Instance, t.Schema} {
		if s != "" {
			place = append(place, clean(s))
		}
	}
	where := strings.Join(place, " / ")
	switch {
	case isProduction(t.Environment):
		return Text{where + "（生产）", strings.TrimSpace(where + " (production)")}
	case t.Environment != "":
		return Text{where + "（" + clean(t.Environment) + "）", strings.TrimSpace(where + " (" + clean(t.Environment) + ")")}
	}
	return Same(where)
}

func auditText(a *ticket.Audit) Text {
	if a == nil {
		return Text{}
	}
	var zh, en []string
	if a.Score != nil {
		zh, en = append(zh, fmt.Sprintf("%d 分", *a.Score)), append(en, fmt.Sprintf("score %d", *a.Score))
	}
	if a.Level != "" {
		word := levelWord(a.Level)
		zh, en = append(zh, word.ZH), append(en, word.EN)
	}
	if a.Statements > 0 {
		zh, en = append(zh, fmt.Sprintf("%d 条 SQL", a.Statements)), append(en, plural(a.Statements, "statement", "statements"))
	}
	return Text{strings.Join(zh, " · "), strings.Join(en, " · ")}
}

// reason is why the ticket was rejected or closed, or the first line of the error.
func (w writer) reason() *Row {
	lines := maxDescriptionLines
	if w.ev.Kind == ticket.KindFailed {
		lines = 1
	}
	text := excerpt(w.ev.Reason, lines, maxReasonRunes)
	if text == "" {
		return nil
	}
	label := Text{"说明", "Note"}
	switch w.ev.Kind {
	case ticket.KindRejected:
		label = Text{"驳回原因", "Reason"}
	case ticket.KindFailed:
		label = Text{"错误信息", "Error"}
	case ticket.KindCanceled:
		label = Text{"关闭原因", "Reason"}
	}
	return &Row{Name: "reason", Label: label, Value: Same(text)}
}

// trail tells who decided what, oldest first, at most the last few.
func (w writer) trail() []Text {
	marks := w.n.Trail
	if len(marks) > maxMarks {
		marks = marks[len(marks)-maxMarks:]
	}
	var lines []Text
	for _, m := range marks {
		if what, ok := done(m.Kind); ok {
			lines = append(lines, w.mark(m, what))
		}
	}
	return lines
}

// mark is one line of the trail: DBA 审核：已由 李四 于 10:12 通过.
func (w writer) mark(m Mark, what Text) Text {
	at, by, step := w.hour(m.At), clean(m.By), StepName(m.Step)
	line := Text{"于 " + at + " " + what.ZH, what.EN + " at " + at}
	if by != "" {
		line = Text{"已由 " + by + " " + line.ZH, what.EN + " by " + by + " at " + at}
	}
	if step.IsZero() {
		return Text{line.ZH, upperFirst(line.EN)}
	}
	return Text{step.ZH + "：" + line.ZH, step.EN + ": " + line.EN}
}
