-- wrk: the requests of a file, one a line (path, key, value of If-None-Match or "-"), made once. The connections of a thread
-- are those of one machine, with one key; each thread starts at a place of its own.
local requests, at, threads = {}, 0, 0

function setup(thread)
  thread:set('number', threads)
  threads = threads + 1
end

function init(args)
  local mine
  local lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  for index, line in ipairs(lines) do
    local path, key, etag = line:match('^(%S+) (%S+) (.+)$')
    if index == 1 + (number * 97) % #lines then mine = key end
  end
  for _, line in ipairs(lines) do
    local path, key, etag = line:match('^(%S+) (%S+) (.+)$')
    local headers = { ['authorization'] = mine }
    if etag ~= '-' then headers['if-none-match'] = etag end
    requests[#requests + 1] = wrk.format('GET', path, headers)
  end
  at = (number * 1231) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  io.write(string.format('RESULT %d %d %d %d %d %f %f %d\n', summary.requests, summary.duration, summary.bytes,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
