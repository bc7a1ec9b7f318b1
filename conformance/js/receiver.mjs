// A receiver of webhooks: @octokit/webhooks' own middleware on a port, which checks signatures and takes payloads apart.

import { createServer } from 'node:http'
import { Webhooks, createNodeMiddleware } from '@octokit/webhooks'

export const secret = "It's a Secret to Everybody"

export async function receiver() {
  const webhooks = new Webhooks({ secret })
  const arrived = []
  const waiting = []
  const wrong = []
  webhooks.onAny((event) => {
    arrived.push(event)
    waiting.forEach((look) => look())
  })
  webhooks.onError((e) => wrong.push(e.message))
  const server = createServer(createNodeMiddleware(webhooks, { path: '/' }))
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  // next takes the first event of a name that has not been taken yet.
  const next = (name) =>
    new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`no ${name} arrived; ${wrong}`)), 20000)
      const look = () => {
        const i = arrived.findIndex((e) => e.name === name)
        if (i < 0) return
        clearTimeout(late)
        waiting.splice(waiting.indexOf(look), 1)
        done(arrived.splice(i, 1)[0])
      }
      waiting.push(look)
      look()
    })
  return { webhooks, port: server.address().port, next, wrong, close: () => server.close() }
}
