//! Seeded storms: colleagues write while sockets drop, freeze and lose frames and the server fails now and then. Once it
//! calms down, every tab must equal the server and say so; and never may a tab be told `Live` while it is known not to be.

use super::world::{World, task};

fn storm(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut world = World::live(30);
    world.server.page = 7;
    world.hello("b");
    world.watch("b");
    for _ in 0..rng.usize(20..80) {
        let dice = rng.u8(0..30);
        world
            .logs
            .push(format!("{} DICE {dice}", world.now.0 % 10_000_000));
        match dice {
            0 => world.drop_sockets(),
            1 => world.frozen = true,
            2 => world.sockets_blocked = true,
            3 => world.server.faults.status = Some(503),
            4 => world.server.faults.unreachable = true,
            5 => world.server.faults.lose_frames = rng.u32(1..4),
            6 => world.server.faults.refuse_binds = 1,
            7 => world.server.deafen(),
            8 => world.server.valid_access += 1,
            9 => world.server.subscriptions.clear(),
            10..=12 => calm(&mut world),
            13..=15 => {
                let id = rng.usize(0..40);
                let key = ("Task".to_owned(), format!("t{id}"));
                if world
                    .server
                    .resources
                    .get(&key)
                    .is_some_and(|stored| !stored.deleted)
                {
                    world.logs.push(format!("DELETE {}", key.1));
                    world.delete("Task", &key.1);
                }
            }
            _ => {
                let status = if rng.u8(0..4) == 0 {
                    "completed"
                } else {
                    "requested"
                };
                let id = rng.usize(0..40);
                world.logs.push(format!("WRITE {id} {status}"));
                world.write(task(id, status));
            }
        }
        let pause = if rng.u8(0..5) == 0 {
            rng.i64(0..40_000)
        } else {
            rng.i64(0..400)
        };
        world.run(pause);
        assert!(world.open.len() <= 1, "seed {seed}");
    }
    calm(&mut world);
    world.run(250_000);
    world.assert_live();
    world.assert_equal();
}

fn calm(world: &mut World) {
    world.frozen = false;
    world.sockets_blocked = false;
    world.server.faults = Default::default();
}

#[test]
fn every_storm_ends_with_every_tab_equal_to_the_server() {
    for seed in 0..200 {
        storm(seed);
    }
}
