package main

import (
	"strconv"

	"github.com/slipway-deploy/slipway/conformance/go/part"
)

func number(name string) int64 { return part.Must(strconv.ParseInt(part.Env(name), 10, 64)) }
