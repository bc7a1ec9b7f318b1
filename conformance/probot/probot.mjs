// probot: an app that deploys. It receives deployments and says how they go, as its installation.

import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { Octokit } from '@octokit/core'
import { Probot, ProbotOctokit, createNodeMiddleware } from 'probot'
import { secret } from '../js/receiver.mjs'
import { part, want, same, env, finish } from '../js/part.mjs'

const repo = { owner: 'acme', repo: 'web' }
const probot = new Probot({
  appId: env('SLIPWAY_APP_ID'),
  privateKey: readFileSync(env('SLIPWAY_APP_KEY'), 'utf8'),
  secret,
  baseUrl: env('SLIPWAY_API'),
  Octokit: ProbotOctokit,
  logLevel: 'error',
})
const told = []
let wake = () => {}
const tell = (what) => {
  told.push(what)
  wake()
}

const app = (app) => {
  app.on('deployment.created', async (context) => {
    const octokit = await app.auth(Number(env('SLIPWAY_INSTALLATION_ID')))
    const deployment_id = context.payload.deployment.id
    for (const state of ['in_progress', 'success']) await octokit.rest.repos.createDeploymentStatus({ ...context.repo(), deployment_id, state })
  })
  app.on('deployment_status', async (context) => tell(context.payload.deployment_status))
  app.onError((e) => tell({ state: `error: ${e.message}` }))
}

const server = createServer(await createNodeMiddleware(app, { probot, webhooksPath: '/' }))
await new Promise((done) => server.listen(0, '127.0.0.1', done))

// until waits for something to have been told.
async function until(f) {
  for (const late = Date.now() + 30000; !f(); ) {
    want(Date.now() < late, `it did not come; told were ${JSON.stringify(told.map((t) => t.state))}`)
    await new Promise((done) => {
      wake = done
      setTimeout(done, 1000)
    })
  }
}

const boss = new Octokit({ baseUrl: env('SLIPWAY_API'), auth: env('SLIPWAY_TOKEN') })

await part('received', 'client', async () => {
  const config = { url: `${env('SLIPWAY_HOOKS')}/${server.address().port}/`, content_type: 'json', secret }
  await boss.request('POST /repos/{owner}/{repo}/hooks', { ...repo, events: ['deployment', 'deployment_status'], config })
  await boss.request('POST /repos/{owner}/{repo}/deployments', { ...repo, ref: 'ready', auto_merge: false, required_contexts: [], environment: 'probot' })
  await until(() => told.some((s) => s.state === 'success' || s.state.startsWith('error')))
  same(told.map((s) => s.state), ['in_progress', 'success'], 'the states')
})

await part('app', 'client', async () => {
  same([told[0].creator.type, told[0].performed_via_github_app?.id], ['Bot', Number(env('SLIPWAY_APP_ID'))], 'who said so')
  const octokit = await probot.auth()
  same(String((await octokit.rest.apps.getAuthenticated()).data.id), env('SLIPWAY_APP_ID'), 'the app')
})

server.close()
finish()
