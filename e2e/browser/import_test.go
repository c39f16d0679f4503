package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// people is what a personnel department sends: columns nobody agreed on, in the encoding
// of an old spreadsheet, with four rows that are wrong.
const people = "部门,登录名,中文名,手机号,邮箱\n" +
	"支付,zhaoliu,赵六,13800000061,zhaoliu@corp.com\n" +
	"支付,sunqi,孙七,12,sunqi@corp.com\n" +
	"支付,zhouba,周八,13800000062,not an address\n" +
	"支付,,无名,13800000063,\n" +
	"支付,zhaoliu,赵六,13800000064,\n" +
	"支付,t1,测试一,,\n"

func TestASheetOfPeopleIsMappedCheckedAndImported(t *testing.T) {
	h := demo(t)
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(people)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(gb), 0o600); err != nil {
		t.Fatal(err)
	}
	w := h.window()
	w.visit("/users")
	w.click("导入 CSV / Excel")
	w.do("choose the file", chromedp.SetUploadFiles("#import-file", []string{path}))
	w.click("检查，先不导入")
	w.see("请指定哪一列是用户名")
	w.choose("登录名", "用户名")
	w.choose("中文名", "显示名")
	w.choose("用户已存在时", "跳过")
	w.click("重新检查")
	w.see("新增 1 · 更新 0 · 不变 0 · 跳过 1 · 错误 4")
	if text := w.text(); !strings.Contains(text, "赵六") || !strings.Contains(text, "全部有问题的单元格（4）") {
		t.Errorf("got %s, want the rows as they were read", text)
	}
	w.shoot("import-checked")
	w.click("导入 1 行")
	w.see("下载未导入的行（CSV，4 行）")
	w.shoot("import-done")
	file := script[string](w, `fetch(document.querySelector("a[href$='/report']").href).then((r) => r.text())`)
	for _, row := range []string{"sunqi", "zhouba", "无名", "zhaoliu,赵六,13800000064"} {
		if !strings.Contains(file, row) {
			t.Errorf("got %s, want %s among the rows left out", file, row)
		}
	}
	w.visit("/users?q=zhaoliu&lang=en")
	w.see("z***@corp.com")
}

func TestAWorkbookIsCheckedAndImportedLikeASheet(t *testing.T) {
	w := demo(t).window()
	w.visit("/users")
	w.click("导入 CSV / Excel")
	old := filepath.Join(t.TempDir(), "people.xls")
	if err := os.WriteFile(old, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 from before 2007"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do("choose an old file", chromedp.SetUploadFiles("#import-file", []string{old}))
	w.click("检查，先不导入")
	w.see("这是旧版（.xls）或加密的 Excel 工作簿")
	w.accessible("a workbook that is not read")
	path, err := filepath.Abs("../../roster/excel/testdata/people.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	w.do("choose the workbook", chromedp.SetUploadFiles("#import-file", []string{path}))
	w.see("people.xlsx") // by the page, whatever the browser says of files
	w.click("检查，先不导入")
	w.see("新增 3 · 更新 0 · 不变 0 · 跳过 0 · 错误 0")
	w.see("13800000062")
	w.accessible("a workbook as it was read")
	w.shoot("import-workbook")
	w.click("导入 3 行")
	w.see("完成：新增 3 人")
	w.visit("/users?q=sunqi")
	w.see("138****0062")
}

// dms is a DMS with two users, one of them with an address that is none (sqle.md 10.2).
func dms(t *testing.T, token string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/dms/users" || r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"code":0,"total_nums":2,"data":[{"name":"fromdms","email":"fromdms@corp.com","stat":"正常"},{"name":"halfdms","email":"zz","stat":"正常"}]}`))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestUsersComeInFromDMSAfterATry(t *testing.T) {
	w := demo(t).window()
	w.visit("/users")
	w.click("从 SQLE/DMS 同步")
	w.fill("DMS 地址", "ftp://nowhere")
	w.fill("DMS 令牌", "eyJ-a-secret")
	w.click("试运行，不改动")
	w.see("DMS 地址：须为以 http 或 https 开头的完整链接")
	w.fill("DMS 地址", dms(t, "eyJ-a-secret"))
	w.click("试运行，不改动")
	w.see("新增 2")
	w.see("有问题的字段（1），已略过")
	w.see("只是试运行，没有写入任何用户")
	w.see("试运行完成，没有写入：会新增 2 人")
	w.accessible("what DMS would bring in")
	w.click("关闭")
	w.visit("/users?q=dms")
	w.see("没有符合条件的用户")
	w.visit("/users")
	w.click("从 SQLE/DMS 同步")
	w.fill("DMS 地址", dms(t, "eyJ-a-secret"))
	w.fill("DMS 令牌", "eyJ-a-secret")
	w.click("同步")
	w.see("新增 2")
	w.visit("/users?q=dms")
	w.see("f***@corp.com")
	w.see("halfdms")
	w.see("共 2 人")
}
