build:
	scripts/build.sh
