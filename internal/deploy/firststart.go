package deploy

import (
	"context"

	"github.com/slipway-deploy/slipway"
)

// adminLogin is the account of the first start. Nobody else can take the name: it is reserved.
const adminLogin = "admin"

// FirstStart makes what a server cannot be without: the account slipway[bot], which stands for the server itself, and an
// administrator with a token for everything (decisions §1). made says that it did, and then the secret is shown once. It is one
// transaction: a server that is killed on the way starts for the first time again, and later starts change nothing.
func (d *Decisions) FirstStart(ctx context.Context) (secret string, made bool, err error) {
	secret = slipway.NewTokenSecret(slipway.ClassicToken, d.random)
	err = d.update(ctx, wholeServer, func(tx Tx) error {
		made = false
		_, err := tx.AccountByLogin(slipway.BotLogin)
		if slipway.KindOf(err) != slipway.NotFound {
			return err
		}
		made = true
		return firstAccounts(tx, secret)
	})
	if err != nil || !made {
		return "", false, err
	}
	return secret, true, nil
}

func firstAccounts(tx Tx, secret string) error {
	bot := slipway.Account{Login: slipway.BotLogin, Type: slipway.Bot, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if err := tx.InsertAccount(&bot); err != nil {
		return err
	}
	if bot.ID != botID {
		return &slipway.Error{Op: "deploy: the database has had accounts, but not the server's own"}
	}
	server := slipway.Actor{Account: bot, Local: true}
	admin := NewAccount{Login: adminLogin, SiteAdmin: true}
	if _, err := admin.insert(tx, server); err != nil {
		return err
	}
	token := NewToken{Login: adminLogin, Name: "first start", Scopes: slipway.AllScopes()}
	_, err := token.insert(tx, server, secret)
	return err
}
