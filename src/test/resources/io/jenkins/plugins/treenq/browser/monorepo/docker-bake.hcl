variable "REGISTRY" {
  type = string
}

variable "TAG" {
  default = "dev"
}

group "default" {
  targets = ["service", "tools"]
}

target "common" {
  platforms = ["linux/amd64", "linux/arm64"]
  labels = {
    "org.opencontainers.image.version" = TAG
  }
}

target "base" {
  inherits = ["common"]
  context  = "base"
}

target "service" {
  name     = service
  inherits = ["common"]
  matrix = {
    service = ["cart", "catalog", "orders", "payments", "web"]
  }
  context  = "services/${service}"
  contexts = { base = "target:base" }
  tags     = ["${REGISTRY}/${service}:${TAG}"]
}

target "tools" {
  name     = "tools-${replace(release, ".", "-")}"
  inherits = ["common"]
  matrix = {
    release = ["1.4", "2.0"]
  }
  context = "tools"
  args    = { RELEASE = release }
  tags    = ["${REGISTRY}/tools:${release}"]
}
