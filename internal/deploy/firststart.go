package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// adminLogin is the account of the first start. Nobody else can take the name: it is reserved.
const adminLogin = "admin"

// Prepare makes the account slipway[bot], which stands for the server itself and has id 1 whatever comes after it. A
// command that works on a data folder before its server has ever run calls it first; FirstStart does so too.
func (d *Decisions) Prepare(ctx context.Context) error {
	return d.update(ctx, wholeServer, makeBot)
}

// FirstStart makes what a server cannot be without: slipway[bot], and an administrator with a token for everything.
// made says that it made the administrator, and then the secret is shown once. It is one transaction: a server that is killed
// on the way starts for the first time again, and later starts change nothing.
func (d *Decisions) FirstStart(ctx context.Context) (secret string, made bool, err error) {
	secret = slipway.NewTokenSecret(slipway.ClassicToken, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		made = false
		if err := makeBot(tx); err != nil {
			return err
		}
		_, err := tx.AccountByLogin(adminLogin)
		if slipway.KindOf(err) != slipway.NotFound {
			return err
		}
		made = true
		return makeAdministrator(tx, secret)
	})
	if err != nil || !made {
		return "", false, err
	}
	return secret, true, nil
}

// makeBot makes the server's own account, unless it is there.
func makeBot(tx Tx) error {
	_, err := tx.AccountByLogin(slipway.BotLogin)
	if slipway.KindOf(err) != slipway.NotFound {
		return err
	}
	bot := slipway.Account{Login: slipway.BotLogin, Type: slipway.Bot, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if err := tx.InsertAccount(&bot); err != nil {
		return err
	}
	if bot.ID != botID {
		return &slipway.Error{Op: "deploy: the database has had accounts, but not the server's own"}
	}
	return nil
}

func makeAdministrator(tx Tx, secret string) error {
	server := slipway.Actor{Account: slipway.Account{ID: botID, Login: slipway.BotLogin, Type: slipway.Bot}, Local: true}
	admin := NewAccount{Login: adminLogin, SiteAdmin: true}
	if _, err := admin.insert(tx, server); err != nil {
		return err
	}
	token := NewToken{Login: adminLogin, Name: "first start", Scopes: slipway.AllScopes()}
	_, err := token.insert(tx, server, secret)
	return err
}
