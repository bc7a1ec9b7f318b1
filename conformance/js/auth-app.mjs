// @octokit/auth-app: an app's own token, its installation's, and the errors of wrong ones.

import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { part, same, want, refused, env, finish } from './part.mjs'

const settings = { appId: env('SLIPWAY_APP_ID'), privateKey: readFileSync(env('SLIPWAY_APP_KEY'), 'utf8') }
const here = (auth) => new Octokit({ baseUrl: env('SLIPWAY_API'), authStrategy: createAppAuth, auth })

await part('app', 'client', async () => {
  const app = here(settings)
  same(String((await app.request('GET /app')).data.id), env('SLIPWAY_APP_ID'), 'the app')
  same((await app.request('GET /app/installations')).data.length, 1, 'the number of installations')
  const installed = here({ ...settings, installationId: env('SLIPWAY_INSTALLATION_ID') })
  const { token, permissions, repositorySelection } = await installed.auth({ type: 'installation' })
  want(token.startsWith('sls_'), 'the token has another prefix')
  same([permissions.deployments, repositorySelection], ['write', 'selected'], 'what the token may')
  same((await installed.request('GET /repos/acme/web')).data.full_name, 'acme/web', 'the repository')
  const narrow = await installed.auth({ type: 'installation', permissions: { deployments: 'read' }, refresh: true })
  same(narrow.permissions.deployments, 'read', 'what the narrow token may')
  const reader = new Octokit({ baseUrl: env('SLIPWAY_API'), auth: narrow.token })
  await refused(reader.request('POST /repos/acme/web/deployments', { ref: 'ready' }), 403, 'Resource not accessible by integration')
})

await part('errors', 'client', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  await refused(here({ ...settings, privateKey }).request('GET /app'), 401, 'A JSON web token could not be decoded')
  await refused(here({ ...settings, installationId: 1000000 }).request('GET /repos/acme/web'), 404, 'Not Found')
})

finish()
