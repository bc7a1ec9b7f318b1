// @octokit/webhooks as a receiver: every kind of event, signatures that hold and one that does not.

import { Octokit } from '@octokit/core'
import { receiver, secret } from './receiver.mjs'
import { part, want, same, env, finish } from './part.mjs'

const octokit = new Octokit({ baseUrl: env('SLIPWAY_API'), auth: env('SLIPWAY_TOKEN') })
const R = '/repos/acme/web'
const received = await receiver()
const seen = new Set()
received.webhooks.on(['deployment.created', 'deployment_status.created', 'status', 'push', 'create', 'delete', 'ping', 'check_run', 'check_suite'], (e) => {
  seen.add(e.name)
})
let hook

const make = (path, body) => octokit.request(`POST ${path}`, body)

await part('received', 'client', async () => {
  const config = { url: `${env('SLIPWAY_HOOKS')}/${received.port}/`, content_type: 'json', secret }
  hook = (await make(`${R}/hooks`, { events: ['*'], config })).data.id
  const ping = await received.next('ping')
  same(ping.payload.hook_id, hook, 'the hook that was pinged')
  const sha = (await octokit.request(`GET ${R}/commits/ready`)).data.sha
  await make(`${R}/statuses/${sha}`, { state: 'success', context: 'ci/build' })
  same((await received.next('status')).payload.branches.map((b) => b.name), ['ready'], 'the branches')
  const d = (await make(`${R}/deployments`, { ref: 'ready', auto_merge: false })).data
  same((await received.next('deployment')).payload.deployment.id, d.id, 'the deployment')
  await make(`${R}/deployments/${d.id}/statuses`, { state: 'success' })
  same((await received.next('deployment_status')).payload.deployment.id, d.id, 'its deployment')
  await make(`${R}/git/refs`, { ref: 'refs/heads/release/2', sha })
  same((await received.next('create')).payload.ref, 'release/2', 'the branch')
  same((await received.next('push')).payload.after, sha, 'the push')
  await octokit.request(`DELETE ${R}/git/refs/heads/release/2`)
  same((await received.next('delete')).payload.ref, 'release/2', 'the branch')
  want((await received.next('push')).payload.deleted, 'the push of a deletion')
  for (const name of ['ping', 'status', 'deployment', 'deployment_status', 'create', 'delete', 'push']) want(seen.has(name), `${name} was not handled`)
  same(received.wrong, [], 'what failed its check')
})

await part('redelivery', 'client', async () => {
  const one = (await octokit.request(`GET ${R}/hooks/${hook}/deliveries`)).data.find((d) => d.event === 'deployment')
  await make(`${R}/hooks/${hook}/deliveries/${one.id}/attempts`)
  same((await received.next('deployment')).id, one.guid, 'the GUID of the second')
})

await part('errors', 'client', async () => {
  // A hook with another secret: the middleware refuses its ping, and the server keeps that answer.
  const config = { url: `${env('SLIPWAY_HOOKS')}/${received.port}/?other`, content_type: 'json', secret: 'another' }
  const other = (await make(`${R}/hooks`, { events: ['create'], config })).data.id
  let list = []
  for (const late = Date.now() + 20000; list.length === 0 && Date.now() < late; ) list = (await octokit.request(`GET ${R}/hooks/${other}/deliveries`)).data
  same(list[0]?.status_code, 400, 'the answer to a wrong signature')
  want(received.wrong[0]?.includes('signature'), `the middleware says ${received.wrong}`)
})

finish()
