//! The invariants of the table, after everything that can be asked of the service.

use tests::invariants::violations;

use crate::{
    secrets,
    support::{Service, mobile::RESET_SMS},
};

#[tokio::test]
async fn the_invariants_hold_after_a_run_of_every_endpoint() {
    let service = Service::start().await;
    secrets::run(&service).await;
    let member = service.holder("another1").await;
    for number in 0..40 {
        service.given(member.id, &format!("k{number}"), 3).await;
    }
    service.advance(2 * 366 * 86_400);
    service.given(member.id, "late", 1).await;
    service.plant_mobile("13800138123").await;
    service.code(RESET_SMS, "13800138123").await;
    let wrong = violations(&service.dump().await, service.now(), &service.key());
    assert_eq!(wrong, Vec::<String>::new());
}
