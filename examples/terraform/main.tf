# The policy in KV, the Worker, and its route in front of an API. README.md says how it is used.

terraform {
  required_version = ">= 1.9"
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.15"
    }
  }
}

# Takes CLOUDFLARE_API_TOKEN from the environment.
provider "cloudflare" {}

variable "account_id" {
  type        = string
  description = "The Cloudflare account."
}

variable "zone_id" {
  type        = string
  description = "The zone of the API domain."
}

variable "host" {
  type        = string
  description = "The API domain, as in api.example.com: proxied (orange cloud) in that zone."
}

variable "worker_directory" {
  type        = string
  description = "The built Worker: build/ of a clone after `make build`, or worker/ of the npm package."
  default     = "../../build"
}

variable "policy_file" {
  type        = string
  description = "The policy, checked: socketio-cors check --deny-warnings policy.json."
  default     = "policy.json"
}

variable "upstream" {
  type        = string
  description = "http(s)://host[:port] of your server. Empty: the address in the domain's DNS record."
  default     = ""
}

variable "report_only" {
  type        = bool
  description = "true: decide and log, but enforce nothing. Begin a roll-out with it."
  default     = true
}

locals {
  name        = "socketio-cors-edge"
  main_module = "index.js"
  # index.js imports the Wasm by its name.
  wasm = one(fileset(var.worker_directory, "*.wasm"))
  variables = {
    REPORT_ONLY = var.report_only ? "on" : "off"
    UPSTREAM    = var.upstream
  }
}

resource "cloudflare_workers_kv_namespace" "policy" {
  account_id = var.account_id
  title      = "${local.name}-policy"
}

resource "cloudflare_workers_kv" "policy" {
  account_id   = var.account_id
  namespace_id = cloudflare_workers_kv_namespace.policy.id
  key_name     = "policy"
  value        = file(var.policy_file)
}

resource "cloudflare_worker" "edge" {
  account_id = var.account_id
  name       = local.name
  # No second address: it would lead around the domain's firewall and rate limits.
  subdomain = {
    enabled          = false
    previews_enabled = false
  }
  observability = {
    enabled = true
    logs = {
      enabled = true
      # A log line for each request would contain the tokens in its URL.
      invocation_logs = false
    }
  }
}

resource "cloudflare_worker_version" "edge" {
  account_id         = var.account_id
  worker_id          = cloudflare_worker.edge.id
  compatibility_date = "2026-07-01"
  main_module        = local.main_module
  modules = [
    {
      name         = local.main_module
      content_type = "application/javascript+module"
      content_file = "${var.worker_directory}/${local.main_module}"
    },
    {
      name         = local.wasm
      content_type = "application/wasm"
      content_file = "${var.worker_directory}/${local.wasm}"
    },
  ]
  bindings = concat(
    [
      {
        type         = "kv_namespace"
        name         = "POLICY"
        namespace_id = cloudflare_workers_kv_namespace.policy.id
        text         = null
        dataset      = null
      },
      {
        type         = "analytics_engine"
        name         = "DECISIONS"
        namespace_id = null
        text         = null
        dataset      = "socketio_cors"
      },
    ],
    [
      for name, text in local.variables : {
        type         = "plain_text"
        name         = name
        namespace_id = null
        text         = text
        dataset      = null
      } if text != ""
    ],
  )
}

resource "cloudflare_workers_deployment" "edge" {
  account_id  = var.account_id
  script_name = cloudflare_worker.edge.name
  strategy    = "percentage"
  versions = [{
    version_id = cloudflare_worker_version.edge.id
    percentage = 100
  }]
}

resource "cloudflare_workers_route" "api" {
  zone_id = var.zone_id
  pattern = "${var.host}/*"
  script  = cloudflare_worker.edge.name
  # A route to a Worker that has no code answers errors.
  depends_on = [cloudflare_workers_deployment.edge, cloudflare_workers_kv.policy]
}
