package cards

// Test is the card of a channel test.
func Test() Card {
	return Card{
		Tone:    ToneReady,
		Chip:    Text{"测试", "Test"},
		Verb:    Text{"测试消息", "Test message"},
		Subject: "ticketbell",
		Number:  "#test",
		Rows: []Row{{
			Name: "note", Label: Text{"说明", "Note"},
			Value: Text{"看到这条消息，说明工单变更可以通过这个渠道送达你。", "You can read this, so ticket changes can reach you on this channel."},
		}},
		Footer: Text{"管理员正在测试消息推送。", "An administrator is testing the message push."},
	}
}
