//! The little of FHIRPath that a Subscription's criteria expression needs: `%current` and `%previous`, fields, `=`, `!=`,
//! `and`, `or`, `exists()`, `empty()`, `not()`, brackets and string, number and boolean literals.
//!
//! It follows the specification where it hurts: a comparison with an empty side is empty, and only a plain `true` fires.

use serde_json::Value;
use thiserror::Error;

/// Why an expression is not understood. Such a Subscription is accepted and never fires (`03a-events-task.json`).
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ExpressionError {
    /// A character that starts nothing.
    #[error("unexpected character at {0}")]
    Character(usize),
    /// A token in the wrong place, or none left.
    #[error("unexpected token or end of expression")]
    Token,
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Current,
    Previous,
    Literal(Value),
    Field(Box<Node>, String),
    Call(Box<Node>, Function),
    Binary(Box<Node>, Operator, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Exists,
    Empty,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Equal,
    NotEqual,
    And,
    Or,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Variable(String),
    Name(String),
    Text(String),
    Number(String),
    Symbol(&'static str),
}

impl Expression {
    /// Parses `text`.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let tokens = tokenize(text)?;
        let mut parser = Parser { tokens, at: 0 };
        let node = parser.or()?;
        if parser.at == parser.tokens.len() {
            Ok(Self(node))
        } else {
            Err(ExpressionError::Token)
        }
    }

    /// Whether it yields exactly `true`. There is no previous version on create and on restore.
    pub fn holds(&self, current: &Value, previous: Option<&Value>) -> bool {
        let result = evaluate(&self.0, current, previous);
        matches!(result.as_slice(), [value] if **value == Value::Bool(true))
    }
}

fn tokenize(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            continue;
        }
        if let Some(symbol) = ["!=", "=", "(", ")", "."]
            .into_iter()
            .find(|symbol| rest.starts_with(symbol))
        {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
            continue;
        }
        if first == '\'' {
            let end = rest[1..].find('\'').ok_or(ExpressionError::Character(at))?;
            tokens.push(Token::Text(rest[1..=end].to_owned()));
            rest = &rest[end + 2..];
            continue;
        }
        let is_variable = first == '%';
        let body = if is_variable { &rest[1..] } else { rest };
        let length = body
            .find(|character: char| !(character.is_alphanumeric() || character == '_'))
            .unwrap_or(body.len());
        if length == 0 {
            return Err(ExpressionError::Character(at));
        }
        let word = body[..length].to_owned();
        rest = &body[length..];
        tokens.push(match (is_variable, first.is_ascii_digit()) {
            (true, _) => Token::Variable(word),
            (false, true) => Token::Number(word),
            (false, false) => Token::Name(word),
        });
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found =
            matches!(self.tokens.get(self.at), Some(Token::Symbol(next)) if *next == symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Name(next)) if next == word);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Node, ExpressionError> {
        let mut left = self.and()?;
        while self.take_word("or") {
            left = Node::Binary(Box::new(left), Operator::Or, Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Node, ExpressionError> {
        let mut left = self.comparison()?;
        while self.take_word("and") {
            left = Node::Binary(Box::new(left), Operator::And, Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Node, ExpressionError> {
        let left = self.path()?;
        let operator = if self.take_symbol("!=") {
            Operator::NotEqual
        } else if self.take_symbol("=") {
            Operator::Equal
        } else {
            return Ok(left);
        };
        Ok(Node::Binary(
            Box::new(left),
            operator,
            Box::new(self.path()?),
        ))
    }

    fn path(&mut self) -> Result<Node, ExpressionError> {
        let mut node = self.primary()?;
        while self.take_symbol(".") {
            let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() else {
                return Err(ExpressionError::Token);
            };
            self.at += 1;
            node = if self.take_symbol("(") {
                if !self.take_symbol(")") {
                    return Err(ExpressionError::Token);
                }
                let function = match name.as_str() {
                    "exists" => Function::Exists,
                    "empty" => Function::Empty,
                    "not" => Function::Not,
                    _ => return Err(ExpressionError::Token),
                };
                Node::Call(Box::new(node), function)
            } else {
                Node::Field(Box::new(node), name)
            };
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Node, ExpressionError> {
        if self.take_symbol("(") {
            let node = self.or()?;
            return if self.take_symbol(")") {
                Ok(node)
            } else {
                Err(ExpressionError::Token)
            };
        }
        let token = self
            .tokens
            .get(self.at)
            .cloned()
            .ok_or(ExpressionError::Token)?;
        self.at += 1;
        match token {
            Token::Variable(name) if name == "current" => Ok(Node::Current),
            Token::Variable(name) if name == "previous" => Ok(Node::Previous),
            Token::Text(text) => Ok(Node::Literal(Value::String(text))),
            Token::Number(digits) => digits
                .parse::<i64>()
                .map(|number| Node::Literal(number.into()))
                .map_err(|_| ExpressionError::Token),
            Token::Name(name) if name == "true" || name == "false" => {
                Ok(Node::Literal(Value::Bool(name == "true")))
            }
            // A bare field means the current resource.
            Token::Name(name) if name != "and" && name != "or" => {
                Ok(Node::Field(Box::new(Node::Current), name))
            }
            _ => Err(ExpressionError::Token),
        }
    }
}

static TRUE: Value = Value::Bool(true);
static FALSE: Value = Value::Bool(false);

fn boolean(value: bool) -> Vec<&'static Value> {
    vec![if value { &TRUE } else { &FALSE }]
}

fn evaluate<'a>(node: &'a Node, current: &'a Value, previous: Option<&'a Value>) -> Vec<&'a Value> {
    match node {
        Node::Current => vec![current],
        Node::Previous => previous.into_iter().collect(),
        Node::Literal(value) => vec![value],
        Node::Field(base, name) => {
            let mut found = Vec::new();
            for value in evaluate(base, current, previous) {
                match value.get(name) {
                    Some(Value::Array(items)) => found.extend(items),
                    Some(Value::Null) | None => {}
                    Some(item) => found.push(item),
                }
            }
            found
        }
        Node::Call(base, function) => {
            let values = evaluate(base, current, previous);
            match function {
                Function::Exists => boolean(!values.is_empty()),
                Function::Empty => boolean(values.is_empty()),
                Function::Not => truth(&values).map_or_else(Vec::new, |value| boolean(!value)),
            }
        }
        Node::Binary(left, operator, right) => {
            let left = evaluate(left, current, previous);
            let right = evaluate(right, current, previous);
            combine(&left, *operator, &right)
        }
    }
}

/// Three-valued truth: `None` is empty.
fn truth(values: &[&Value]) -> Option<bool> {
    match values {
        [] => None,
        [Value::Bool(value)] => Some(*value),
        // A single item that is no boolean counts as true in a boolean context.
        _ => Some(true),
    }
}

fn combine<'a>(left: &[&Value], operator: Operator, right: &[&Value]) -> Vec<&'a Value> {
    let outcome = match operator {
        Operator::Equal | Operator::NotEqual if left.is_empty() || right.is_empty() => None,
        Operator::Equal => Some(left == right),
        Operator::NotEqual => Some(left != right),
        Operator::And => match (truth(left), truth(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (truth(left), truth(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
    };
    outcome.map_or_else(Vec::new, boolean)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(text: &str, current: &Value, previous: Option<&Value>) -> bool {
        Expression::parse(text).unwrap().holds(current, previous)
    }

    #[test]
    fn leaving_a_status_needs_a_previous_version() {
        let leave = "%previous.status = 'requested' and %current.status != 'requested'";
        let (requested, accepted) = (
            json!({"status": "requested"}),
            json!({"status": "accepted"}),
        );
        assert!(holds(leave, &accepted, Some(&requested)));
        assert!(!holds(leave, &accepted, None));
        assert!(!holds(leave, &requested, Some(&requested)));
    }

    #[test]
    fn comparing_with_nothing_is_empty_and_so_never_true() {
        let enter = "%current.status = 'requested' and %previous.status != 'requested'";
        assert!(!holds(enter, &json!({"status": "requested"}), None));
    }

    #[test]
    fn the_safe_form_of_entering_fires_on_create() {
        let enter = "%current.status = 'requested' and (%previous.exists().not() or %previous.status.exists().not() \
                     or %previous.status != 'requested')";
        let (requested, accepted) = (
            json!({"status": "requested"}),
            json!({"status": "accepted"}),
        );
        assert!(holds(enter, &requested, None));
        assert!(holds(enter, &requested, Some(&accepted)));
        assert!(!holds(enter, &requested, Some(&requested)));
    }

    #[test]
    fn fields_reach_into_arrays() {
        let current = json!({"code": {"coding": [{"code": "a"}]}});
        assert!(holds("code.coding.code = 'a'", &current, None));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "%previous.status = = 'x'",
            "",
            "%other = 1",
            "(%current",
            "%current.frob()",
            "'open",
            "%current and",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
