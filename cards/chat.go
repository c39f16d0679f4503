package cards

import "fmt"

// Remark is a sentence of the bot's, which goes by that name, as a card.
func Remark(said, brand Text) Card {
	return Card{
		Tone: ToneClosed, Chip: Text{"机器人", "Bot"}, Verb: brand,
		Rows:   []Row{{Name: "field", Label: Text{"答复", "Answer"}, Value: said}},
		Footer: Text{"发「帮助」查看我能做什么。", "Write “help” to see what I can do."},
	}
}

// Decline is a remark to somebody who is answered nothing else.
func Decline(why, brand Text) Card {
	c := Remark(why, brand)
	c.Footer = Text{"这是自动答复。", "This is an automatic answer."}
	return c
}

// Help says what the bot understands.
func Help() Card {
	row := func(label, value Text) Row { return Row{Name: "field", Label: label, Value: value} }
	return Card{
		Tone: ToneClosed, Chip: Text{"帮助", "Help"}, Verb: Text{"我能做什么", "What I can do"},
		Rows: []Row{
			row(Text{"待办", "todo"}, Text{"等你处理的工单", "the tickets that wait for you"}),
			row(Text{"工单 1024", "ticket 1024"}, Text{"这张工单的状态、在等谁", "how a ticket stands, and whom it waits for"}),
			row(Text{"语言 en", "language zh"}, Text{"改用英文；「语言 zh」改回中文", "switches to Chinese; “language en” switches back"}),
			row(Text{"帮助", "help"}, Text{"显示这条消息", "shows this message"}),
		},
		Footer: Text{"发其他内容，也会收到这条消息。", "Anything else is answered with this message, too."},
	}
}

// Todo lists the tickets that wait for a reader; buttons says whether a ticket they ask for
// comes as a card that can have some.
func Todo(all []Card, buttons bool) Card {
	c := Digest(all)
	c.Tone = ToneReview
	c.Chip = Text{"待办", "To do"}
	c.Verb = Text{"等你处理的工单", "Tickets that wait for you"}
	c.Footer = Text{"发「工单 编号」，可查看该工单的详情。", "Write “ticket” and its number for the details of one."}
	if buttons {
		c.Footer = Text{
			"发「工单 编号」，可得到该工单的卡片；能在卡片上审批的，带有按钮。",
			"Write “ticket” and its number for its card, with buttons where it can be decided there.",
		}
	}
	return c
}

// NothingToDo says that no ticket waits for whoever asked.
func NothingToDo() Text {
	return Text{"没有等你处理的工单", "No ticket waits for you"}
}

// NoSuchTicket says that whoever asked sees no ticket of that key.
func NoSuchTicket(key string) Text {
	key = excerpt(key, 1, 40)
	return Text{fmt.Sprintf("没有找到工单 %s，或你无权查看", key), fmt.Sprintf("There is no ticket %s that you may see", key)}
}

// NowIn says, in the language itself, that it is read from now on; where messages are
// bilingual, the reader's client goes on showing them in its own language.
func NowIn(lang Language, bilingual bool) Text {
	now := Text{"以后使用中文", "You read English from now on"}
	if bilingual {
		now = Text{now.ZH + "；这里的消息仍随客户端的界面语言显示", now.EN + "; messages here still follow the language of the app"}
	}
	return Same(now.In(lang))
}
