// octokit, GitHub's package with everything in it: REST methods, pages, retries and throttling as they come, GraphQL, apps and
// OAuth.

import { readFileSync } from 'node:fs'
import { App, OAuthApp, Octokit } from 'octokit'
import { job } from './job.mjs'
import { authorize } from './person.mjs'
import { part, want, same, refused, env, finish } from './part.mjs'

// A 409 is an answer here and not an accident: it is not tried again.
const retry = { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 451] }
const settings = { baseUrl: env('SLIPWAY_API'), auth: env('SLIPWAY_TOKEN'), retry }
const octokit = new Octokit(settings)
const repo = { owner: 'acme', repo: 'web' }
const Here = Octokit.defaults({ baseUrl: env('SLIPWAY_API'), retry })

await job(octokit, new Octokit({ ...settings, throttle: { enabled: false } }))

await part('app', 'client', async () => {
  const app = new App({ appId: env('SLIPWAY_APP_ID'), privateKey: readFileSync(env('SLIPWAY_APP_KEY'), 'utf8'), Octokit: Here })
  same(String((await app.octokit.rest.apps.getAuthenticated()).data.id), env('SLIPWAY_APP_ID'), 'the app')
  const seen = []
  for await (const { octokit, repository } of app.eachRepository.iterator()) {
    seen.push(repository.full_name)
    const { data } = await octokit.rest.repos.createDeployment({ ...repo, ref: 'ready', auto_merge: false, required_contexts: [], environment: 'app' })
    same([data.creator.type, data.performed_via_github_app?.id], ['Bot', Number(env('SLIPWAY_APP_ID'))], 'who created it')
    await octokit.rest.repos.createDeploymentStatus({ ...repo, deployment_id: data.id, state: 'success' })
    const no = await refused(octokit.rest.repos.createOrUpdateEnvironment({ ...repo, environment_name: 'x' }), 403, 'Resource not accessible by integration')
    want(no.documentation_url, 'the refusal has no documentation_url')
  }
  same(seen, ['acme/web'], 'the repositories')
  const { data } = await app.octokit.rest.apps.getRepoInstallation(repo)
  same(String(data.id), env('SLIPWAY_INSTALLATION_ID'), 'the installation')
})

await part('oauth', 'client', async () => {
  const app = new OAuthApp({ clientId: env('SLIPWAY_CLIENT_ID'), clientSecret: env('SLIPWAY_CLIENT_SECRET'), Octokit: Here })
  const { url } = app.getWebFlowAuthorizationUrl({ scopes: ['repo'], state: 'abc', redirectUrl: 'http://127.0.0.1/callback' })
  const back = await authorize(url)
  same(back.searchParams.get('state'), 'abc', 'the state')
  const { authentication } = await app.createToken({ code: back.searchParams.get('code') })
  same(authentication.scopes, ['repo'], 'the scopes')
  const theirs = new Here({ auth: authentication.token })
  same((await theirs.rest.users.getAuthenticated()).data.login, 'boss', 'the login')
  same((await app.checkToken({ token: authentication.token })).data.user.login, 'boss', 'whose the token is')
  const fresh = (await app.resetToken({ token: authentication.token })).data.token
  await refused(theirs.rest.users.getAuthenticated(), 401, 'Bad credentials')
  same((await app.deleteToken({ token: fresh })).status, 204, 'the answer')
})

await part('graphql', 'client', async () => {
  same((await octokit.graphql('{ viewer { login } }')).viewer.login, 'boss', 'the login')
  const query = `query ($owner: String!, $repo: String!, $environment: String!, $after: String) {
    repository(owner: $owner, name: $repo) {
      deployments(environments: [$environment], first: 100, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
        nodes { id databaseId createdAt environment state payload ref { name } creator { login } commit { oid } }
        pageInfo { endCursor hasNextPage }
      }
    }
  }`
  const first = (await octokit.graphql(query, { ...repo, environment: 'many' })).repository.deployments
  same([first.nodes.length, first.pageInfo.hasNextPage], [100, true], 'the first page')
  const second = (await octokit.graphql(query, { ...repo, environment: 'many', after: first.pageInfo.endCursor })).repository.deployments
  same([second.nodes.length, second.pageInfo.hasNextPage], [3, false], 'the second page')
  const listed = (await octokit.rest.repos.listDeployments({ ...repo, environment: 'many', per_page: 1 })).data[0]
  same([first.nodes[0].id, first.nodes[0].databaseId], [listed.node_id, listed.id], 'the ids')
  let failed
  await octokit.graphql('{ nothing }').catch((e) => (failed = e))
  same(failed?.name, 'GraphqlResponseError', 'the error')
})

finish()
