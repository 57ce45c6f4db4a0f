//! RageFrame's groups, and the number by which a token names each.

use super::settings::ConfigError;
use crate::domain::token::Slot;

/// The groups that are built in. Each keeps its number for good: tokens that members hold name it.
const BUILT_IN: [(&str, u16); 3] = [("app", 1), ("wechat", 2), ("miniProgram", 3)];

/// The number of the first group that is not built in.
const FIRST_OTHER: u16 = 256;

/// The groups that are served. A built-in group has a number of its own, whatever else is served. The
/// others are numbered from 256 on, by their place among themselves.
#[derive(Clone, Debug)]
pub struct Groups(Vec<(u16, String)>);

impl Default for Groups {
    fn default() -> Self {
        Self::numbered(BUILT_IN.map(|(name, _)| name.to_owned()).into())
    }
}

impl Groups {
    /// Reads the setting.
    pub(super) fn read(names: Vec<String>) -> Result<Self, ConfigError> {
        let good = |name: &String| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            (1..=32).contains(&name.len()) && name.bytes().all(plain)
        };
        let unique = (1..names.len()).all(|place| !names[..place].contains(&names[place]));
        let most = usize::from(Slot::MOST_GROUPS - FIRST_OTHER);
        if (1..=most).contains(&names.len()) && names.iter().all(good) && unique {
            Ok(Self::numbered(names))
        } else {
            Err(ConfigError::Invalid {
                name: "HUIYUAN_GROUPS",
                expected: "1 to 767 different names of letters, digits, - and _, comma-separated",
            })
        }
    }

    fn numbered(names: Vec<String>) -> Self {
        let mut others = FIRST_OTHER..=Slot::MOST_GROUPS;
        let numbered = names.into_iter().filter_map(|name| {
            let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
            let number = built_in.map(|(_, number)| *number);
            Some((number.or_else(|| others.next())?, name))
        });
        Self(numbered.collect())
    }

    /// Where the sessions of a group live; `None` for a group that is not served.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<Slot> {
        let group = self.0.iter().find(|(_, group)| group == name);
        group.map(|(number, _)| Slot::Group(*number))
    }

    /// The group of a number; `None` for one that is not served.
    #[must_use]
    pub fn name(&self, number: u16) -> Option<&str> {
        let group = self.0.iter().find(|(group, _)| *group == number);
        group.map(|(_, name)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &str) -> Result<Groups, ConfigError> {
        Groups::read(names.split(',').map(str::to_owned).collect())
    }

    #[test]
    fn a_built_in_group_keeps_its_number_and_others_follow() {
        let groups = groups("miniProgram,web,app,pos").unwrap();
        for (name, number) in [("app", 1), ("miniProgram", 3), ("web", 256), ("pos", 257)] {
            assert_eq!(groups.slot(name), Some(Slot::Group(number)), "{name}");
            assert_eq!(groups.name(number), Some(name));
        }
        assert_eq!(groups.slot("wechat"), None);
        assert_eq!(groups.name(2), None);
    }

    #[test]
    fn two_hundred_groups_fit() {
        let names: Vec<_> = (0..200).map(|number| format!("group-{number}")).collect();
        let groups = groups(&names.join(",")).unwrap();
        assert!(names.iter().all(|name| groups.slot(name).is_some()));
    }

    #[test]
    fn what_names_no_group_is_refused() {
        for bad in ["", "app,app", "app,,web", "a b", "组", &"x".repeat(33)] {
            assert!(groups(bad).is_err(), "{bad}");
        }
    }
}
