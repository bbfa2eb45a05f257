-- wrk: the same payment again and again
-- usage: PAYMENTS_KEY=... PAYMENTS_BODY=... wrk -s bench/replay.lua URL

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   done_n, other = 0, 0
   text = wrk.format("POST", "/v1/payments", {
      ["Authorization"] = "Bearer " .. os.getenv("PAYMENTS_KEY"),
      ["Content-Type"] = "application/json",
      ["Idempotency-Key"] = "bench"
   }, os.getenv("PAYMENTS_BODY"))
end

function request() return text end

function response(status)
   if status == 201 then done_n = done_n + 1 else other = other + 1 end
end

function done(summary, latency, requests)
   local n, other = 0, 0
   for _, thread in ipairs(threads) do
      n = n + thread:get("done_n")
      other = other + thread:get("other")
   end
   local e = summary.errors
   print(string.format("done %d other %d errors %d", n, other,
      e.connect + e.read + e.write + e.timeout))
   print(string.format("requests/s %.0f", n / (summary.duration / 1e6)))
end
