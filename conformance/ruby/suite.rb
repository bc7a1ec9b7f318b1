# octokit.rb, as Debian ships it, does the whole job. What its version has no method for goes through its get, post, put, patch
# and delete.

require 'json'
require 'octokit'
require 'openssl'
require 'socket'
require 'timeout'

SECRET = "It's a Secret to Everybody"
REPO = 'acme/web'
$failed = false

def env(name)
  ENV.fetch(name) { abort "#{name} is not set: suites are run by conformance/run" }
end

def say(name, how, text = '')
  puts "part: #{name} #{how} #{text.to_s.split.join(' ')}".strip
  $stdout.flush
end

# part runs one part of the job; what it raises makes the part red, and the others go on.
def part(name, how)
  yield
  say(name, how)
rescue StandardError, Timeout::Error => e
  $failed = true
  say(name, 'red', "#{e.class} #{e.message} (#{e.backtrace.find { |l| l.include?(__FILE__) }&.split(':')&.[](1)})")
end

def want(good, says)
  raise says unless good
end

def same(got, expected, what)
  want(got == expected, "#{what} is #{got.inspect}, want #{expected.inspect}")
end

def refused(kind, message)
  yield
rescue kind => e
  want(e.message.include?(message), "the message is #{e.message.inspect}, want #{message.inspect}")
  e
else
  raise "was not refused with #{kind} #{message}"
end

# Receiver takes deliveries whose signature holds.
class Receiver
  attr_reader :port

  def initialize
    @server = TCPServer.new('127.0.0.1', 0)
    @port = @server.addr[1]
    @arrived = Queue.new
    Thread.new { loop { Thread.new(@server.accept) { |s| take(s) } } }
  end

  def next(event)
    Timeout.timeout(20) do
      loop do
        one = @arrived.pop
        return one if one[:event] == event
      end
    end
  end

  private

  def take(socket)
    loop do
      break unless socket.gets

      headers = {}
      while (line = socket.gets) && line != "\r\n"
        name, value = line.chomp.split(': ', 2)
        headers[name.downcase] = value
      end
      body = socket.read(headers['content-length'].to_i)
      good = headers['x-hub-signature-256'] == "sha256=#{OpenSSL::HMAC.hexdigest('SHA256', SECRET, body)}"
      socket.write("HTTP/1.1 #{good ? '200 OK' : '403 Forbidden'}\r\nContent-Length: 0\r\n\r\n")
      @arrived << { event: headers['x-github-event'], guid: headers['x-github-delivery'], payload: JSON.parse(body) } if good
    end
  end
end

Octokit.configure { |c| c.api_endpoint = env('SLIPWAY_API') }
client = Octokit::Client.new(access_token: env('SLIPWAY_TOKEN'))
receiver = Receiver.new
base = "repos/#{REPO}"
ready = client.commit(REPO, 'ready').sha
create = ->(environment, more = {}) { client.create_deployment(REPO, 'ready', { auto_merge: false, required_contexts: [], environment: environment }.merge(more)) }

part('service', 'client') do
  same(client.user.login, 'boss', 'the login')
  # client.root asks for the address "/", which this version takes for the web's and not the API's.
  want(client.get('').rels[:current_user], 'the root has no link to the user')
  want(client.github_meta.key?(:hooks), 'meta has no hooks')
  want(client.rate_limit!.remaining > 1000, 'there is a rate limit')
  want(client.scopes.include?('repo'), 'the scopes lack repo')
end

part('repository', 'client') do
  same(client.repository(REPO).full_name, REPO, 'the name')
  same(client.repository(client.repository(REPO).id).full_name, REPO, 'the repository by its number')
  same(client.branch(REPO, 'feature/x').name, 'feature/x', 'the branch')
  want(client.branches(REPO).map(&:name).include?('ready'), 'the branches')
  same(client.compare(REPO, 'main', 'ready').ahead_by, 1, 'the comparison')
  same(client.commits(REPO, 'ready').size, 3, 'the number of commits')
end

part('gating', 'client') do
  client.create_status(REPO, ready, 'pending', context: 'ci/build', target_url: 'https://ci.example.com/1')
  client.create_status(REPO, ready, 'success', context: 'ci/lint')
  e = refused(Octokit::Conflict, 'Conflict: Commit status checks failed for ready.') { client.create_deployment(REPO, 'ready', environment: 'gated') }
  same(e.errors[0][:contexts].size, 2, 'the number of contexts')
  client.create_deployment(REPO, 'ready', required_contexts: ['ci/lint'], environment: 'gated')
  client.create_status(REPO, ready, 'success', context: 'ci/build')
  made = client.create_deployment(REPO, 'ready', environment: 'gated', payload: { room: 12 }, description: 'all green')
  same([made.sha, made.payload.room, made.task], [ready, 12, 'deploy'], 'the deployment')
end

part('auto-merge', 'client') do
  same(client.create_deployment(REPO, 'topic', required_contexts: []).message, 'Auto-merged main into topic on deployment.', 'the message')
  same(client.last_response.status, 202, 'the status')
  want(client.create_deployment(REPO, 'topic', required_contexts: []).id, 'no deployment on the second try')
end

part('conflict', 'client') do
  refused(Octokit::Conflict, 'Conflict merging main into clash.') { client.create_deployment(REPO, 'clash', required_contexts: []) }
end

part('statuses', 'client') do
  d = create.call('staging')
  %w[queued pending in_progress success failure error inactive].each do |state|
    made = client.create_deployment_status(d.url, state, log_url: 'https://ci.example.com/log', environment_url: 'https://staging.example.com', description: "now #{state}")
    same([made.state, made.log_url], [state, 'https://ci.example.com/log'], 'the status')
    same(client.get(made.url).state, state, 'the status by its address')
  end
  same(client.deployment_statuses(d.url).first.state, 'inactive', 'the newest')
  refused(Octokit::UnprocessableEntity, 'Validation Failed') { client.create_deployment_status(d.url, 'splendid') }
end

part('auto-inactive', 'client') do
  first = create.call('retire')
  second = create.call('retire')
  client.create_deployment_status(first.url, 'success')
  client.create_deployment_status(second.url, 'success')
  same(client.deployment_statuses(first.url).first.state, 'inactive', 'the first')
end

# deployments asks for one page in this version; paginate is what follows links.
part('lists', 'raw') do
  103.times { create.call('many', task: 'fill') }
  client.auto_paginate = true
  client.per_page = 50
  all = client.paginate("#{base}/deployments", environment: 'many')
  same([all.size, all.map(&:id).uniq.size], [103, 103], 'the list')
  same(client.paginate("#{base}/deployments", task: 'fill', ref: 'ready', sha: ready).size, 103, 'the list by filters')
  client.auto_paginate = false
  client.per_page = nil
  same(client.deployments(REPO, environment: 'none-such'), [], 'an empty list')
end

part('deletion', 'client') do
  first = create.call('gone')
  second = create.call('gone')
  client.create_deployment_status(second.url, 'success')
  refused(Octokit::UnprocessableEntity, 'We cannot delete an active deployment') { client.delete_deployment(REPO, second.id) }
  client.create_deployment_status(second.url, 'inactive')
  [first, second].each { |d| client.delete_deployment(REPO, d.id) }
  same(client.last_response.status, 204, 'the answer')
  refused(Octokit::NotFound, 'Not Found') { client.deployment(REPO, first.id) }
end

part('commit-statuses', 'client') do
  main = client.commit(REPO, 'main').sha
  client.create_status(REPO, main, 'failure', context: 'ci/x', description: 'red')
  same(client.combined_status(REPO, 'main').state, 'failure', 'the combined status')
  client.create_status(REPO, main, 'success', context: 'ci/x')
  same(client.combined_status(REPO, main).state, 'success', 'the combined status, later')
  same(client.statuses(REPO, main).size, 2, 'the number of statuses')
end

part('environments', 'raw') do
  made = client.put("#{base}/environments/qa%2Feu", wait_timer: 1, reviewers: [{ type: 'User', id: client.user.id }],
                                                    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true })
  same(made.protection_rules.map(&:type).sort, %w[branch_policy required_reviewers wait_timer], 'the rules')
  want(client.get("#{base}/environments").environments.map(&:name).include?('qa/eu'), 'the list has no qa/eu')
  same(client.get("repositories/#{client.repository(REPO).id}/environments/qa%2Feu").name, 'qa/eu', 'the name')
end

part('branch-policies', 'raw') do
  at = "#{base}/environments/qa%2Feu/deployment-branch-policies"
  made = client.post(at, name: 'release/*')
  same(made.name, 'release/*', 'the pattern')
  client.put("#{at}/#{made.id}", name: 'main')
  same(client.get("#{at}/#{made.id}").name, 'main', 'the pattern, later')
  same(client.get(at).total_count, 1, 'the number of policies')
  client.delete("#{at}/#{made.id}")
  client.delete("#{base}/environments/qa%2Feu")
  refused(Octokit::NotFound, 'Not Found') { client.get("#{base}/environments/qa%2Feu") }
end

part('checks', 'client') do
  preview = { accept: 'application/vnd.github.antiope-preview+json' }
  sha = client.branch(REPO, 'feature/x').commit.sha
  run = client.create_check_run(REPO, 'ci/check', sha, preview.merge(status: 'in_progress'))
  refused(Octokit::Conflict, 'Commit status checks failed for feature/x.') { client.create_deployment(REPO, 'feature/x', auto_merge: false, environment: 'checked') }
  client.update_check_run(REPO, run.id, preview.merge(status: 'completed', conclusion: 'success', output: { title: 'green', summary: 'all of it' }))
  same(client.check_run(REPO, run.id, preview.dup).conclusion, 'success', 'the conclusion')
  same(client.check_runs_for_ref(REPO, sha, preview.dup).check_runs.map(&:name), ['ci/check'], 'the runs')
  suites = client.check_suites_for_ref(REPO, sha, preview.dup)
  same(suites.total_count, 1, 'the number of suites')
  same(client.check_runs_for_check_suite(REPO, suites.check_suites[0].id, preview.dup).total_count, 1, 'the runs of the suite')
  client.create_deployment(REPO, 'feature/x', auto_merge: false, environment: 'checked')
end

part('merges', 'client') do
  want(client.merge(REPO, 'topic-1', 'main').sha, 'no merge')
  client.merge(REPO, 'topic-1', 'main')
  same(client.last_response.status, 204, 'the second')
  refused(Octokit::Conflict, 'Merge conflict') { client.merge(REPO, 'clash', 'main') }
end

part('refs', 'client') do
  client.create_ref(REPO, 'heads/release/1', ready)
  same(client.ref(REPO, 'heads/release/1').object.sha, ready, 'the ref')
  refused(Octokit::UnprocessableEntity, 'Reference already exists') { client.create_ref(REPO, 'heads/release/1', ready) }
  client.update_ref(REPO, 'heads/release/1', client.commit(REPO, 'main').sha)
  want(client.refs(REPO).map(&:ref).include?('refs/heads/release/1'), 'the refs')
  client.delete_branch(REPO, 'release/1')
  refused(Octokit::NotFound, 'Not Found') { client.ref(REPO, 'heads/release/1') }
end

hook = nil

part('hooks', 'client') do
  config = { url: "#{env('SLIPWAY_HOOKS')}/#{receiver.port}/", content_type: 'json', secret: SECRET }
  hook = client.create_hook(REPO, 'web', config, events: %w[deployment deployment_status status push], active: true)
  refused(Octokit::UnprocessableEntity, 'Hook already exists on this repository') { client.create_hook(REPO, 'web', config, events: ['push']) }
  receiver.next('ping')
  client.ping_hook(REPO, hook.id)
  receiver.next('ping')
  want(client.edit_hook(REPO, hook.id, 'web', config, add_events: ['create']).events.include?('create'), 'create is not among the events')
  same(client.hooks(REPO).map(&:id), [hook.id], 'the hooks')
  same(client.hook(REPO, hook.id).config.secret, '********', 'the secret')
end

part('received', 'client') do
  d = create.call('told')
  same(receiver.next('deployment')[:payload]['deployment']['id'], d.id, 'the deployment told')
  %w[in_progress success].each do |state|
    client.create_deployment_status(d.url, state)
    same(receiver.next('deployment_status')[:payload]['deployment_status']['state'], state, 'the state told')
  end
  client.create_status(REPO, ready, 'success', context: 'ci/told')
  same(client.parse_payload(JSON.generate(receiver.next('status')[:payload])).context, 'ci/told', 'the context told')
  client.test_hook(REPO, hook.id)
  receiver.next('push')
end

part('redelivery', 'raw') do
  one = client.get("#{base}/hooks/#{hook.id}/deliveries").find { |d| d.event == 'deployment' }
  same(client.get("#{base}/hooks/#{hook.id}/deliveries/#{one.id}").request.payload.action, 'created', 'the payload kept')
  client.post("#{base}/hooks/#{hook.id}/deliveries/#{one.id}/attempts")
  same(receiver.next('deployment')[:guid], one.guid, 'the GUID of the second')
  want(client.remove_hook(REPO, hook.id), 'the hook was not removed')
end

part('errors', 'client') do
  refused(Octokit::Unauthorized, 'Bad credentials') { Octokit::Client.new(access_token: 'nonsense').user }
  refused(Octokit::UnprocessableEntity, 'No ref found for: none-such') { client.create_deployment(REPO, 'none-such') }
  refused(Octokit::NotFound, 'Not Found') { client.repository('acme/none-such') }
end

part('events', 'client') do
  want(!client.repository_events(REPO).empty?, 'there are no events')
end

exit($failed ? 1 : 0)
