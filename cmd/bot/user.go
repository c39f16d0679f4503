package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"ticketbell/cards"
	"ticketbell/notify"
	"ticketbell/roster"
	"ticketbell/ticket"
)

// userCommand holds the commands about people. All of them work while the service runs.
type userCommand struct {
	Explain   userExplainCommand   `cmd:"" help:"Tell how a person is reached on each channel, or why not."`
	Import    userImportCommand    `cmd:"" help:"Bring in people from a CSV file or an Excel workbook."`
	Export    userExportCommand    `cmd:"" help:"Write everybody as CSV to stdout."`
	ImportDMS userImportDMSCommand `cmd:"" name:"import-dms" help:"Bring in the users of SQLE's DMS."`
}

// inHouse builds the house, without starting it, for one command.
type inHouse struct {
	keeping
	sharing
}

func (c inHouse) check() []error { return append(c.keeping.check(), c.sharing.check()...) }

func (c inHouse) do(ctx context.Context, s *streams, do func(*house) error) (err error) {
	h, err := newHouse(ctx, c.keeping, c.sharing, slog.New(slog.NewTextHandler(s.err, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	return do(h)
}

// userExplainCommand tells how a person is reached.
type userExplainCommand struct {
	inHouse
	Username string `arg:"" help:"Whom to explain."`
	Lookup   bool   `help:"Ask the providers for what is not known. At WeCom, one who is not found counts as a miss of the day."`
	Lang     string `help:"en or zh." default:"en" enum:"en,zh"`
}

// Run prints a line for each channel.
func (c *userExplainCommand) Run(ctx context.Context, s *streams) error {
	return c.do(ctx, s, func(h *house) error {
		u, err := h.store.User(ctx, c.Username)
		if err != nil {
			return err
		}
		if c.Lookup {
			for _, ch := range notify.Channels() {
				_, _ = h.directory.Address(ctx, ch, u) // what came of it is told below
			}
		}
		ids, err := h.directory.Identities(ctx, u)
		if err != nil {
			return err
		}
		if c.RedisURL == "" && !c.Lookup {
			fmt.Fprintln(s.err, "bot: without --redis-url only what was entered by hand is known here; --lookup asks the providers")
		}
		return c.print(s, ids)
	})
}

func (c *userExplainCommand) print(s *streams, ids []notify.Identity) error {
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CHANNEL\tREACHED\tADDRESS\tCHECKED\tUNTIL\tEXPLANATION")
	for _, id := range ids {
		reached := "no"
		if id.OK {
			reached = "yes"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", id.Channel, reached, dash(id.Address), moment(id.CheckedAt), moment(id.Until),
			notify.IdentityWords(id).In(cards.Language(c.Lang)))
	}
	return table.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// userImportCommand takes people in from a file.
type userImportCommand struct {
	inHouse
	File   string            `arg:"" help:"CSV in UTF-8 or GB18030, or an Excel workbook (.xlsx); the first row names the columns: username name email phone wecom_userid feishu_open_id language role disabled." type:"existingfile"`
	Map    map[string]string `help:"What a column is, where its name does not say: 登录名=username; - leaves it out. Several are separated by commas." mapsep:"," placeholder:"NAME=COLUMN"`
	Known  string            `help:"What to do with people who are known: update, skip, or error." default:"update" enum:"update,skip,error"`
	DryRun bool              `help:"Only tell what would happen."`
	Errors string            `help:"Write the rows that were left out to this file, with what is wrong." placeholder:"FILE"`
}

// Run imports the file. Wrong cells are printed and make it fail; the other rows are taken.
func (c *userImportCommand) Run(ctx context.Context, s *streams) error {
	body, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	rows, err := c.rows(body)
	if err != nil {
		return c.unread(err)
	}
	return c.do(ctx, s, func(h *house) error {
		report, err := roster.Import(ctx, h.store, rows, roster.Options{DryRun: c.DryRun, Known: roster.Known(c.Known), Edited: h.directory.Edited})
		if err != nil {
			return err
		}
		if err := c.writeErrors(rows, report); err != nil {
			return err
		}
		return printReport(s, report, "row")
	})
}

func (c *userImportCommand) rows(body []byte) ([]roster.Row, error) {
	sheet, err := roster.Open(body)
	if err != nil {
		return nil, err
	}
	return sheet.RowsBy(c.Map)
}

// unread says why the file cannot be read, in the words of this command.
func (c *userImportCommand) unread(err error) error {
	wrong, ok := errors.AsType[*ticket.Invalid](err)
	if !ok {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	var all []error
	for _, f := range wrong.Fields {
		say := fmt.Sprintf("column %q %s", f.Field, f.Message)
		switch {
		case f.Field == "body":
			say = f.Message
		case f.Field == "columns":
			say = "--map: a column " + f.Message
		case f.Code == "unknown_field" && c.Map[f.Field] == "":
			say += fmt.Sprintf(": say what it is with --map '%s=username', or leave it out with --map '%s=-'", f.Field, f.Field)
		case f.Code == "required":
			say = fmt.Sprintf("no column is %s: say which with --map 'NAME=%s'", f.Field, f.Field)
		}
		all = append(all, fmt.Errorf("import %s: %s", c.File, say))
	}
	return errors.Join(all...)
}

func (c *userImportCommand) writeErrors(rows []roster.Row, r roster.Report) error {
	if c.Errors == "" || len(r.Errors) == 0 {
		return nil
	}
	file, err := roster.ErrorFile(rows, r.Errors, func(message string) string { return message })
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Errors, file, 0o600); err != nil { //nolint:gosec // the operator names the file
		return fmt.Errorf("write the rows left out: %w", err)
	}
	return nil
}

// printReport tells what an import did. Wrong cells make the command fail.
func printReport(s *streams, r roster.Report, place string) error {
	for _, w := range r.Errors {
		at := fmt.Sprintf("%s %d", place, w.Row)
		if place == "" {
			at = w.Username
		}
		fmt.Fprintf(s.out, "%s, %s: %s\n", at, w.Field, w.Message)
	}
	verb := "done"
	if r.DryRun {
		verb = "dry run, nothing was changed"
	}
	fmt.Fprintf(s.out, "%s: %d created, %d updated, %d unchanged, %d skipped, %d wrong cells\n", verb, r.Created, r.Updated, r.Unchanged, r.Skipped, len(r.Errors))
	if len(r.Errors) > 0 && place != "" {
		return errors.New("rows with a wrong cell were left out")
	}
	return nil
}

// userExportCommand writes everybody.
type userExportCommand struct{ inHouse }

// Run writes the file to stdout.
func (c *userExportCommand) Run(ctx context.Context, s *streams) error {
	return c.do(ctx, s, func(h *house) error {
		file, err := roster.Export(ctx, h.store, notify.PeopleFilter{})
		if err != nil {
			return err
		}
		_, err = s.out.Write(file)
		return err
	})
}

// userImportDMSCommand takes the users of DMS in.
type userImportDMSCommand struct {
	inHouse
	URL    string `name:"dms-url" help:"Where DMS lives." required:"" placeholder:"URL"`
	Token  string `name:"dms-token" help:"A token of DMS that may list users; better in TICKETBELL_DMS_TOKEN, where no process list shows it." required:"" placeholder:"TOKEN"`
	DryRun bool   `help:"Only tell what would happen."`
}

func (c *userImportDMSCommand) check() []error {
	wrong := c.inHouse.check()
	if _, err := ticket.WebURL(c.URL); err != nil {
		wrong = append(wrong, errors.New("dms-url: must be an absolute http or https link"))
	}
	return wrong
}

// Run imports them. DMS checks no address: people are taken without those that are
// wrong or somebody else's.
func (c *userImportDMSCommand) Run(ctx context.Context, s *streams) error {
	rows, err := roster.DMS{URL: c.URL, Token: c.Token}.Rows(ctx)
	if err != nil {
		return err
	}
	return c.do(ctx, s, func(h *house) error {
		report, err := roster.Import(ctx, h.store, rows, roster.Options{DryRun: c.DryRun, Lenient: true, Edited: h.directory.Edited})
		if err != nil {
			return err
		}
		return printReport(s, report, "")
	})
}
