package main

import (
	"bytes"
	"testing"

	"ticketbell/cards"
	"ticketbell/channels"
	"ticketbell/notify"
)

func TestATestOfAChannelIsPrintedStageByStage(t *testing.T) {
	var out bytes.Buffer
	printStage(&out, notify.TestStage{Name: "connect", Running: true})
	printStage(&out, notify.TestStage{Name: "connect", OK: true, DurationMS: 38, Detail: "10.0.0.1:443"})
	printStage(&out, notify.TestStage{Name: "send", DurationMS: 71})
	want := "ok     connect         38 ms  10.0.0.1:443\nFAILED send            71 ms  \n"
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheAdviceIsPrintedInSteps(t *testing.T) {
	var out bytes.Buffer
	printAdvice(&out, channels.Explain("wecom.50003", "app disabled"), cards.English)
	want := "\nwecom.50003: The app is disabled\nThe app is switched off in WeCom.\n1. Enable it under App management › your app.\n"
	if got := out.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheReceiverOfATestIsKnownByTheLookOfIt(t *testing.T) {
	for who, want := range map[string]notify.TestTarget{
		"lisi": {Username: "lisi"}, "lisi@corp.com": {Email: "lisi@corp.com"}, "+8613800000001": {Phone: "+8613800000001"},
	} {
		if got := target(who); got != want {
			t.Errorf("got %+v for %s, want %+v", got, who, want)
		}
	}
}
