package browser

import (
	"strings"
	"testing"
)

func TestAFlowIsTriedInThePlayground(t *testing.T) {
	w := demo(t).window()
	w.visit("/flows/strict?lang=zh")
	w.see("按提交时的版本走完")
	if text := w.text(); !strings.Contains(text, "+08:00") || strings.Contains(text, "+00:00") {
		t.Errorf("the samples do not tell the time in the settings' zone: %s", text)
	}
	w.click("在演练场试运行")
	w.path("/playground")
	w.see("试运行：两级审核")
	w.see("组长审核")
}
