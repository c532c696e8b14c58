//! `test`: expectations against a policy.

use clap::{Args, ValueEnum};
use socketio_cors_explain::test_cases::{TestCase, TestFile};

use crate::{
    document::{Document, read_text},
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        printable::printable,
        test_text::{self, Tested},
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors test cases.json
  socketio-cors test --format tap cases.json
  npx wrangler kv key get --binding POLICY --remote policy | socketio-cors test cases.json --policy -

cases.json:
  {
    \"policy\": \"policy.json\",
    \"cases\": [
      { \"origin\": \"https://app.example.com\", \"credentials\": true, \"expect\": \"readable\" },
      { \"origin\": \"https://evil.example\", \"websocket\": true, \"expect\": \"refuse\" },
      { \"noOrigin\": true, \"expect\": \"allow\", \"note\": \"the mobile app\" }
    ]
  }";

#[derive(Args, Debug)]
pub(crate) struct Test {
    /// Files of expectations; - for the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Test this policy document instead of the one that the file names
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,
    /// How the results are printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: TestFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TestFormat {
    /// A line for each case
    #[default]
    Text,
    /// The Test Anything Protocol, version 14
    Tap,
    /// JSON, for programs
    Json,
    /// Annotations of a pull request, in GitHub Actions
    Github,
}

impl Test {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let tested = self.files.iter().map(|file| self.test(system, file));
        let tested = tested.collect::<Result<Vec<_>, _>>()?;
        let text = match self.format {
            TestFormat::Text => test_text::lines(&tested),
            TestFormat::Tap => test_text::tap(&tested),
            TestFormat::Json => test_text::json(&tested),
            TestFormat::Github => test_text::annotations(&tested),
        };
        Ok(Report { text, status: Status::good_if(tested.iter().all(Tested::passed)) })
    }

    fn test(&self, system: &dyn System, file: &str) -> Result<Tested, CommandError> {
        let (name, text) = read_text(system, file)?;
        let parsed = TestFile::parse(&text).map_err(|error| {
            CommandError::WrongUsage(format!(
                "{name}:{}: {}",
                error.line,
                printable(&error.message)
            ))
        })?;
        let path = match &self.policy {
            Some(path) => path.clone(),
            None => system.beside(file, &parsed.policy),
        };
        let document = Document::read(system, &path)?;
        let results = document.policy.policy().map(|policy| {
            let run = |case: TestCase| {
                let result = case.run(&policy, &document.policy);
                (case, result)
            };
            parsed.cases.into_iter().map(run).collect()
        });
        Ok(Tested { name, document, results })
    }
}
