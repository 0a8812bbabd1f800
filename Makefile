# Everything is in run.py, which also works where make is missing: python3 run.py help
COMMANDS := demo demo-reset test test-fast check bench soak season provider lock clean help

.PHONY: $(COMMANDS)
.DEFAULT_GOAL := help

$(COMMANDS):
	@python3 run.py $@ $(if $(filter provider,$@),name="$(name)" $(if $(title),title="$(title)"))
