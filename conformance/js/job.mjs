// The whole job, for every package of Octokit that has GitHub's REST methods.

import { receiver, secret } from './receiver.mjs'
import { part, want, same, refused, env } from './part.mjs'

const repo = { owner: env('SLIPWAY_OWNER'), repo: env('SLIPWAY_REPO') }

// job runs it with a client and with one that does not slow itself down, for filling lists.
export async function job(octokit, quick) {
  const api = octokit.rest.repos
  const create = (more) => api.createDeployment({ ...repo, ref: 'ready', auto_merge: false, required_contexts: [], ...more })
  const status = (deployment_id, state, more) => api.createDeploymentStatus({ ...repo, deployment_id, state, ...more })
  let sha
  let hook
  let received

  await part('service', 'client', async () => {
    same((await octokit.rest.users.getAuthenticated()).data.login, 'boss', 'the login')
    want((await octokit.rest.meta.root()).data.current_user_url, 'the root names no current_user_url')
    want((await octokit.rest.meta.get()).data.hooks, 'meta has no hooks')
    want((await octokit.rest.rateLimit.get()).data.resources.core.remaining > 1000, 'there is a rate limit')
  })

  await part('repository', 'client', async () => {
    same((await api.get(repo)).data.full_name, 'acme/web', 'the name')
    same((await api.getBranch({ ...repo, branch: 'feature/x' })).data.name, 'feature/x', 'the branch')
    sha = (await api.getCommit({ ...repo, ref: 'ready' })).data.sha
    const span = await api.compareCommitsWithBasehead({ ...repo, basehead: 'main...ready' })
    same([span.data.status, span.data.ahead_by], ['ahead', 1], 'the comparison')
  })

  await part('gating', 'client', async () => {
    const report = (context, state) => api.createCommitStatus({ ...repo, sha, state, context, target_url: 'https://ci.example.com/1' })
    await report('ci/build', 'pending')
    await report('ci/lint', 'success')
    const no = await refused(api.createDeployment({ ...repo, ref: 'ready', environment: 'gated' }), 409, 'Conflict: Commit status checks failed for ready.')
    same(no.errors[0].contexts.length, 2, 'the number of contexts')
    await create({ required_contexts: ['ci/lint'], environment: 'gated' })
    await report('ci/build', 'success')
    const { data } = await api.createDeployment({ ...repo, ref: 'ready', environment: 'gated', payload: { room: 12 }, description: 'all green' })
    same([data.sha, data.payload, data.task], [sha, { room: 12 }, 'deploy'], 'the deployment')
  })

  await part('auto-merge', 'client', async () => {
    const first = await api.createDeployment({ ...repo, ref: 'topic', required_contexts: [] })
    same([first.status, first.data.message], [202, 'Auto-merged main into topic on deployment.'], 'the first answer')
    same((await api.createDeployment({ ...repo, ref: 'topic', required_contexts: [] })).status, 201, 'the second')
  })

  await part('conflict', 'client', async () => {
    await refused(api.createDeployment({ ...repo, ref: 'clash', required_contexts: [] }), 409, 'Conflict merging main into clash.')
  })

  await part('statuses', 'client', async () => {
    const { data } = await create({ environment: 'staging' })
    const states = ['queued', 'pending', 'in_progress', 'success', 'failure', 'error', 'inactive']
    for (const state of states) {
      const made = await status(data.id, state, { log_url: 'https://ci.example.com/log', environment_url: 'https://staging.example.com', description: `now ${state}` })
      const again = await api.getDeploymentStatus({ ...repo, deployment_id: data.id, status_id: made.data.id })
      same([again.data.state, again.data.log_url], [state, 'https://ci.example.com/log'], 'the status')
    }
    const list = await api.listDeploymentStatuses({ ...repo, deployment_id: data.id, per_page: 1 })
    same(list.data[0].state, 'inactive', 'the newest')
    await refused(status(data.id, 'splendid'), 422, 'Validation Failed')
  })

  await part('auto-inactive', 'client', async () => {
    const first = (await create({ environment: 'retire' })).data.id
    const second = (await create({ environment: 'retire' })).data.id
    await status(first, 'success')
    await status(second, 'success')
    same((await api.listDeploymentStatuses({ ...repo, deployment_id: first })).data[0].state, 'inactive', 'the first')
  })

  await part('lists', 'client', async () => {
    for (let i = 0; i < 103; i++) {
      await quick.rest.repos.createDeployment({ ...repo, ref: 'ready', auto_merge: false, required_contexts: [], environment: 'many', task: 'fill' })
    }
    const all = await octokit.paginate(api.listDeployments, { ...repo, environment: 'many', per_page: 100 })
    same([all.length, new Set(all.map((d) => d.id)).size], [103, 103], 'the list')
    let pages = 0
    for await (const page of octokit.paginate.iterator(api.listDeployments, { ...repo, task: 'fill', ref: 'ready', sha, per_page: 50 })) pages += page.data.length > 0
    same(pages, 3, 'the number of pages')
    same((await api.listDeployments({ ...repo, environment: 'none-such' })).data, [], 'an empty list')
  })

  await part('deletion', 'client', async () => {
    const first = (await create({ environment: 'gone' })).data.id
    const second = (await create({ environment: 'gone' })).data.id
    await status(second, 'success')
    await refused(api.deleteDeployment({ ...repo, deployment_id: second }), 422, 'Validation Failed')
    await status(second, 'inactive')
    for (const deployment_id of [first, second]) same((await api.deleteDeployment({ ...repo, deployment_id })).status, 204, 'the answer')
    await refused(api.getDeployment({ ...repo, deployment_id: first }), 404, 'Not Found')
  })

  await part('commit-statuses', 'client', async () => {
    const main = (await api.getCommit({ ...repo, ref: 'main' })).data.sha
    await api.createCommitStatus({ ...repo, sha: main, state: 'failure', context: 'ci/x', description: 'red' })
    same((await api.getCombinedStatusForRef({ ...repo, ref: 'main' })).data.state, 'failure', 'the combined status')
    await api.createCommitStatus({ ...repo, sha: main, state: 'success', context: 'ci/x' })
    same((await api.getCombinedStatusForRef({ ...repo, ref: main })).data.state, 'success', 'the combined status, later')
    same((await octokit.paginate(api.listCommitStatusesForRef, { ...repo, ref: 'main', per_page: 1 })).length, 2, 'the number of statuses')
  })

  await part('environments', 'client', async () => {
    const reviewer = (await octokit.rest.users.getAuthenticated()).data.id
    const made = await api.createOrUpdateEnvironment({
      ...repo, environment_name: 'qa/eu', wait_timer: 1, prevent_self_review: true, reviewers: [{ type: 'User', id: reviewer }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    })
    same(made.data.protection_rules.map((r) => r.type).sort(), ['branch_policy', 'required_reviewers', 'wait_timer'], 'the rules')
    const all = await octokit.paginate(api.getAllEnvironments, { ...repo, per_page: 2 })
    want(all.some((e) => e.name === 'qa/eu'), 'the list has no qa/eu')
    same((await api.getEnvironment({ ...repo, environment_name: 'qa/eu' })).data.name, 'qa/eu', 'the name')
  })

  await part('branch-policies', 'client', async () => {
    const at = { ...repo, environment_name: 'qa/eu' }
    const made = await api.createDeploymentBranchPolicy({ ...at, name: 'release/*' })
    same(made.data.name, 'release/*', 'the pattern')
    const policy = { ...at, branch_policy_id: made.data.id }
    await api.updateDeploymentBranchPolicy({ ...policy, name: 'main' })
    same((await api.getDeploymentBranchPolicy(policy)).data.name, 'main', 'the pattern, later')
    same((await api.listDeploymentBranchPolicies(at)).data.total_count, 1, 'the number of policies')
    same((await api.deleteDeploymentBranchPolicy(policy)).status, 204, 'the answer')
    same((await api.deleteAnEnvironment(at)).status, 204, 'the answer')
    await refused(api.getEnvironment(at), 404, 'Not Found')
  })

  await part('checks', 'client', async () => {
    const checks = octokit.rest.checks
    const head_sha = (await api.getCommit({ ...repo, ref: 'feature/x' })).data.sha
    const deploy = () => api.createDeployment({ ...repo, ref: 'feature/x', auto_merge: false, environment: 'checked' })
    const run = await checks.create({ ...repo, name: 'ci/check', head_sha, status: 'in_progress' })
    await refused(deploy(), 409, 'Conflict: Commit status checks failed for feature/x.')
    await checks.update({ ...repo, check_run_id: run.data.id, status: 'completed', conclusion: 'success', output: { title: 'green', summary: 'all of it' } })
    same((await checks.get({ ...repo, check_run_id: run.data.id })).data.conclusion, 'success', 'the conclusion')
    same((await octokit.paginate(checks.listForRef, { ...repo, ref: 'feature/x' })).map((r) => r.name), ['ci/check'], 'the runs')
    same((await checks.listSuitesForRef({ ...repo, ref: head_sha })).data.total_count, 1, 'the number of suites')
    same((await deploy()).status, 201, 'the answer')
  })

  await part('merges', 'client', async () => {
    same((await api.merge({ ...repo, base: 'topic-1', head: 'main' })).status, 201, 'the merge')
    same((await api.merge({ ...repo, base: 'topic-1', head: 'main' })).status, 204, 'the second')
    await refused(api.merge({ ...repo, base: 'clash', head: 'main' }), 409, 'Merge conflict')
  })

  await part('refs', 'client', async () => {
    const git = octokit.rest.git
    await git.createRef({ ...repo, ref: 'refs/heads/release/1', sha })
    await refused(git.createRef({ ...repo, ref: 'refs/heads/release/1', sha }), 422, 'Reference already exists')
    const at = { ...repo, ref: 'heads/release/1' }
    same((await git.getRef(at)).data.object.sha, sha, 'the ref')
    const main = (await git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha
    await refused(git.updateRef({ ...at, sha: main }), 422, 'Update is not a fast forward')
    await git.updateRef({ ...at, sha: main, force: true })
    same((await octokit.paginate(git.listMatchingRefs, { ...repo, ref: 'heads/release' })).length, 1, 'the number of refs')
    await git.deleteRef(at)
    await refused(git.getRef(at), 404, 'Not Found')
  })

  await part('hooks', 'client', async () => {
    received = await receiver()
    const config = { url: `${env('SLIPWAY_HOOKS')}/${received.port}/`, content_type: 'json', secret }
    hook = (await api.createWebhook({ ...repo, events: ['deployment', 'deployment_status', 'status', 'push'], config })).data.id
    await refused(api.createWebhook({ ...repo, events: ['push'], config }), 422, 'Validation Failed')
    await received.next('ping')
    await api.pingWebhook({ ...repo, hook_id: hook })
    await received.next('ping')
    same((await api.updateWebhook({ ...repo, hook_id: hook, add_events: ['create'] })).data.events.includes('create'), true, 'create among the events')
    same((await api.getWebhookConfigForRepo({ ...repo, hook_id: hook })).data.content_type, 'json', 'the content type')
    await api.updateWebhookConfigForRepo({ ...repo, hook_id: hook, insecure_ssl: '0' })
    same((await octokit.paginate(api.listWebhooks, repo)).length, 1, 'the number of hooks')
  })

  await part('received', 'client', async () => {
    const { data } = await create({ environment: 'told' })
    same((await received.next('deployment')).payload.deployment.id, data.id, 'the deployment told')
    for (const state of ['in_progress', 'success']) {
      await status(data.id, state)
      same((await received.next('deployment_status')).payload.deployment_status.state, state, 'the state told')
    }
    await api.createCommitStatus({ ...repo, sha, state: 'success', context: 'ci/told' })
    same((await received.next('status')).payload.context, 'ci/told', 'the context told')
    await api.testPushWebhook({ ...repo, hook_id: hook })
    await received.next('push')
    same(received.wrong, [], 'what failed its check')
  })

  await part('redelivery', 'client', async () => {
    const all = await octokit.paginate(api.listWebhookDeliveries, { ...repo, hook_id: hook, per_page: 3 })
    const one = all.find((d) => d.event === 'deployment')
    const detail = await api.getWebhookDelivery({ ...repo, hook_id: hook, delivery_id: one.id })
    same(detail.data.request.payload.action, 'created', 'the payload kept')
    same((await api.redeliverWebhookDelivery({ ...repo, hook_id: hook, delivery_id: one.id })).status, 202, 'the answer')
    same((await received.next('deployment')).id, one.guid, 'the GUID of the second')
    await api.deleteWebhook({ ...repo, hook_id: hook })
    received.close()
  })

  await part('errors', 'client', async () => {
    await refused(new quick.constructor({ baseUrl: env('SLIPWAY_API'), auth: 'nonsense', throttle: { enabled: false } }).rest.users.getAuthenticated(), 401, 'Bad credentials')
    await refused(api.createDeployment({ ...repo, ref: 'none-such' }), 422, 'No ref found for: none-such')
    await refused(api.get({ owner: 'acme', repo: 'none-such' }), 404, 'Not Found')
    await refused(octokit.request('POST /repos/{owner}/{repo}/deployments', { ...repo }), 422, 'Invalid request.')
  })


  await part('events', 'client', async () => {
    const { data, headers } = await octokit.rest.activity.listRepoEvents(repo)
    want(data.length > 0 && headers['x-poll-interval'], 'no events, or no X-Poll-Interval')
  })
}
